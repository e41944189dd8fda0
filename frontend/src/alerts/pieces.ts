/** Small elements that the pages of alerts share. */

import { make, part, setText } from "../lib/dom";
import { moment, utc } from "../lib/format";
import type { Fields } from "../lib/api";
import type { Side } from "./shapes";
import { SIGN_OF, TONE_OF } from "./words";

/** Told to the document after something was sent that the bell may show. */
export const SENT = "sent-to-bell";

/** A moment in the person's own zone, with UTC on hover. */
export function time(ms: number, text = moment(ms)): HTMLTimeElement {
  const element = make("time", "", text);
  element.dateTime = new Date(ms).toISOString();
  element.title = utc(ms);
  return element;
}

/** Copy an icon that the page has in its template. */
export function icon(name: string): Element {
  const template = document.getElementById("kind-icons") as HTMLTemplateElement | null;
  const found = template?.content.querySelector(`[data-kind="${name}"] svg`);
  return (found?.cloneNode(true) as Element | undefined) ?? make("span");
}

/** A button that is only a picture, with its name for those who do not see it. */
export function iconButton(name: string, label: string): HTMLButtonElement {
  const button = make("button", "icon-button");
  button.type = "button";
  button.ariaLabel = label;
  button.title = label;
  button.append(icon(name));
  return button;
}

/** A pair's name as a link to its own page. */
export function pairLink(symbol: string, page: string): HTMLAnchorElement {
  const link = make("a", "pair-symbol pair-link", "");
  link.href = page.replace("SYMBOL", encodeURIComponent(symbol));
  const quote = /(USDT|USDC|FDUSD|BUSD|USD|BTC)$/.exec(symbol)?.[0] ?? "";
  link.append(make("b", "", symbol.slice(0, symbol.length - quote.length)), quote);
  return link;
}

/** A side by its sign and its colour, with its word for those who see neither. */
export function sideMark(side: Side): HTMLElement {
  const mark = make("span", `side-mark ${TONE_OF[side]}`, SIGN_OF[side]);
  mark.role = "img";
  mark.ariaLabel = side;
  return mark;
}

/** Show faults at their fields, and what has none at the head; false where none. */
export function showFaults(root: HTMLElement, fields: Fields, rest = ""): boolean {
  const places = new Map(
    [...root.querySelectorAll<HTMLElement>("[data-error-for]")].map((place) => [
      place.dataset.errorFor ?? "",
      place,
    ]),
  );
  const said = byPlace(fields, new Set(places.keys()));
  if (said.size === 0 && rest) said.set("request", [rest]);
  for (const [name, place] of places) {
    const text = (said.get(name) ?? []).join(" ");
    place.hidden = text === "";
    setText(place, text);
    if (text) place.closest("details")?.setAttribute("open", "");
  }
  return said.size > 0;
}

// A fault of a part of the form, `form.value`, stands at `value`.
function byPlace(fields: Fields, places: ReadonlySet<string>): Map<string, string[]> {
  const said = new Map<string, string[]>();
  for (const [name, sentences] of Object.entries(fields)) {
    const bare = name.slice(name.lastIndexOf(".") + 1);
    const at = [name, bare].find((one) => places.has(one)) ?? "request";
    said.set(at, [...(said.get(at) ?? []), ...sentences]);
  }
  return said;
}

/** Ask before something is done that cannot be undone. */
export function confirmed(
  root: HTMLElement,
  title: string,
  text: string,
  verb = "Delete",
): Promise<boolean> {
  const dialog = part(root, "confirm") as HTMLDialogElement;
  setText(part(dialog, "confirm-title"), title);
  setText(part(dialog, "confirm-text"), text);
  setText(part(dialog, "confirm-yes"), verb);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        resolve(dialog.returnValue === "yes");
      },
      { once: true },
    );
  });
}

/** Show a note in place of a list: nothing there, or it did not come. */
export function showNote(root: HTMLElement, head: string, text = ""): void {
  part(root, "note").hidden = head === "";
  setText(part(root, "note-head"), head);
  setText(part(root, "note-text"), text);
}

/** Open a floating menu beside what was pressed, within the window. */
export function openBeside(menu: HTMLElement, button: HTMLElement): void {
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.max(8, Math.min(at.right - width, innerWidth - width - 8));
  const below = at.bottom + 4;
  const top = below + height > innerHeight - 8 ? Math.max(8, at.top - height - 4) : below;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}
