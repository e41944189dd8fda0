/**
 * The keys of the page: whatever bears `data-keys` is pressed, or focused, by them.
 *
 * The dialog lists exactly those, and what an element says of its own keys in
 * `data-keys-shown`.
 */

import { make, part } from "../lib/dom";
import { KeyMap } from "../lib/keymap";

const KEPT_AS = "keys";

/** Whether a key is meant for the page, not for a field, the browser or a dialog. */
function isForPage({ ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  const isTyping =
    target instanceof HTMLElement &&
    target.matches("input:not([type=radio], [type=checkbox]), textarea, select");
  return !(ctrlKey || metaKey || altKey || isTyping);
}

function label(element: HTMLElement): string {
  const words = element.querySelector("span")?.textContent ?? element.textContent;
  return element.dataset.keysLabel ?? element.ariaLabel ?? words.trim();
}

function line(element: HTMLElement): HTMLElement {
  const keys = element.dataset.keysShown ?? element.dataset.keys ?? "";
  const caps = make("dd");
  caps.append(...keys.split(" ").map((key) => make("kbd", "", key)));
  const row = make("div");
  row.append(make("dt", "", label(element)), caps);
  return row;
}

function act(element: HTMLElement): void {
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
    element.focus();
    element.select();
  } else element.click();
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const dialog = element as HTMLDialogElement;
  const keys = new KeyMap();
  const isOn = part(dialog, "on") as HTMLInputElement;
  isOn.checked = localStorage.getItem(KEPT_AS) !== "off";

  const open = () => {
    const shown = document.querySelectorAll<HTMLElement>("[data-keys], [data-keys-shown]");
    part(dialog, "list").replaceChildren(...[...shown].map(line));
    dialog.showModal();
  };
  const press = (event: KeyboardEvent) => {
    if (!isOn.checked || !isForPage(event)) return;
    if (document.querySelector("dialog:modal")) return;
    const bound = new Map<string, HTMLElement>();
    for (const one of document.querySelectorAll<HTMLElement>("[data-keys]")) {
      bound.set(one.dataset.keys ?? "", one);
    }
    const pressed = keys.press(event.key, event.timeStamp, [...bound.keys()]);
    const target = pressed === null ? undefined : bound.get(pressed);
    if (!target) return;
    event.preventDefault();
    act(target);
  };

  document.addEventListener("keydown", press, { signal: life });
  document.addEventListener(
    "click",
    (event) => {
      const opener = (event.target as Element).closest(`[data-opens="${dialog.id}"]`);
      if (!opener) return;
      opener.closest<HTMLElement>("[popover]")?.hidePopover();
      open();
    },
    { signal: life },
  );
  isOn.addEventListener(
    "change",
    () => {
      localStorage.setItem(KEPT_AS, isOn.checked ? "on" : "off");
    },
    { signal: life },
  );
}
