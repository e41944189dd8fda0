/**
 * Pairs and pages found while typing: the combobox pattern of WAI-ARIA.
 *
 * Where the page's own table is filtered by the same words (`data-in-table`), the
 * table shows the pairs and the list only pages.
 */

import { make, part, setText } from "../lib/dom";
import { findPages, findPairs, type Page, type Pair } from "../lib/ranking";
import { fetchPairs, type PairLine } from "../market/pair-list";

const SHOWN_PAIRS = 8;

interface Found extends Pair {
  price: string;
  change: string;
  direction: string;
}

function found([symbol, base, quote, price, change, direction]: PairLine): Found {
  return { symbol, base, quote, price, change, direction };
}

/** The pages that the navigation of this page offers. */
function offeredPages(): Page[] {
  const links = document.querySelectorAll<HTMLAnchorElement>(
    "a.rail-link, .menu-account a.menu-item",
  );
  return [...links].map((link) => ({
    label: link.textContent.trim(),
    address: link.href,
  }));
}

function option(address: string, ...content: HTMLElement[]): HTMLAnchorElement {
  const element = make("a", "menu-item");
  element.href = address;
  element.tabIndex = -1;
  element.role = "option";
  element.append(...content);
  return element;
}

function group(label: string, options: HTMLElement[]): HTMLElement[] {
  if (options.length === 0) return [];
  const element = make("div");
  element.role = "group";
  element.ariaLabel = label;
  const title = make("p", "menu-title", label);
  title.ariaHidden = "true";
  element.append(title, ...options);
  return [element];
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const input = element.querySelector("input") ?? make("input");
  const popup = part(element, "popup");
  const list = part(element, "list");
  const nothing = part(element, "found");
  const isInTable = element.dataset.inTable !== undefined;
  const listen = { signal: life };
  let pairs: Found[] = [];
  let options: HTMLAnchorElement[] = [];
  let active = -1;

  const load = async () => {
    if (isInTable) return;
    try {
      pairs = (await fetchPairs()).pairs.map(found);
      if (document.activeElement === input) show();
    } catch {
      // What is known stays; the next focus tries again.
    }
  };
  const pairOption = ({ symbol, base, quote, price, change, direction }: Found) => {
    const name = make("span", "pair-symbol");
    name.append(make("b", "", base), quote);
    const value = make("span", "menu-aside");
    value.append(`${price} `, make("span", direction, change));
    return option(
      (element.dataset.symbolPage ?? "").replace("SYMBOL", symbol),
      name,
      value,
    );
  };
  const pageOption = ({ label, address }: Page) => option(address, make("span", "", label));

  const close = () => {
    popup.classList.remove("is-open");
    input.ariaExpanded = "false";
    move(-1);
  };
  const move = (to: number) => {
    active = to;
    options.forEach((one, place) => {
      one.ariaSelected = String(place === to);
    });
    const chosen = options[to];
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const fill = (text: string) => {
    const pages = isInTable && !text ? [] : findPages(text, offeredPages());
    const fitting = findPairs(text, pairs, SHOWN_PAIRS);
    list.replaceChildren(
      ...group(text ? "Pairs" : "Most traded", fitting.map(pairOption)),
      ...group("Pages", pages.map(pageOption)),
    );
    options = [...list.querySelectorAll<HTMLAnchorElement>("[role=option]")];
    options.forEach((one, place) => {
      one.id = `search-option-${place}`;
    });
  };
  const show = () => {
    const text = input.value;
    fill(text);
    const isFound = options.length > 0;
    nothing.hidden = isFound;
    setText(nothing, isFound ? "" : "Nothing of that name.");
    input.ariaExpanded = String(isFound);
    popup.classList.toggle("is-open", isFound || (text !== "" && !isInTable));
    move(isFound && text && !isInTable ? 0 : -1);
  };
  const step = (by: number) => {
    const places = options.length + 1; // one of them is the field itself
    move(((active + 1 + by + places) % places) - 1);
  };

  const keys: Record<string, () => boolean> = {
    ArrowDown: () => (step(1), options.length > 0),
    ArrowUp: () => (step(-1), options.length > 0),
    Enter: () => {
      options[active]?.click();
      return active >= 0;
    },
    Escape: () => {
      if (isInTable) return (close(), false);
      if (!input.value && !popup.classList.contains("is-open")) input.blur();
      input.value = "";
      close();
      return true;
    },
  };
  // Before the page's own table hears them: it takes what is left over.
  element.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" && input.ariaExpanded !== "true") show();
      if (keys[event.key]?.()) event.preventDefault();
    },
    { ...listen, capture: true },
  );
  input.addEventListener("input", show, listen);
  input.addEventListener(
    "focus",
    () => {
      void load();
      show();
    },
    listen,
  );
  input.addEventListener("blur", close, listen);
  popup.addEventListener(
    "mousedown",
    (event) => {
      event.preventDefault(); // the field keeps the focus, and the list its place
    },
    listen,
  );
}
