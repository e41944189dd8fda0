/** What could be written at the cursor: a list under the field, walked by keys. */

import { ask } from "../lib/api";
import { make } from "../lib/dom";

const AFTER_MS = 90;

interface Offer {
  text: string;
  label: string;
  detail: string;
  offer: string;
  start: number;
  end: number;
}

export class Offers {
  readonly #field: HTMLTextAreaElement;
  readonly #menu: HTMLElement;
  readonly #list: HTMLElement;
  readonly #take: (text: string, start: number, end: number) => void;
  readonly #life: AbortSignal;
  #found: Offer[] = [];
  #active = 0;
  #timer: number | undefined;
  #asking = new AbortController();

  constructor(
    field: HTMLTextAreaElement,
    menu: HTMLElement,
    list: HTMLElement,
    take: (text: string, start: number, end: number) => void,
    life: AbortSignal,
  ) {
    this.#field = field;
    this.#menu = menu;
    this.#list = list;
    this.#take = take;
    this.#life = life;
    list.addEventListener(
      "mousedown",
      (event) => {
        event.preventDefault(); // the field keeps the cursor
        const row = (event.target as Element).closest<HTMLElement>("[data-place]");
        if (row) this.#accept(Number(row.dataset.place));
      },
      { signal: life },
    );
  }

  get isOpen(): boolean {
    return this.#found.length > 0;
  }

  /** Look what could stand at the cursor; only inside of a word, unless asked for. */
  look(isAskedFor = false): void {
    clearTimeout(this.#timer);
    const before = this.#field.value.slice(0, this.#field.selectionStart);
    if (!isAskedFor && !/[A-Za-z_]\w*$/.test(before)) {
      this.close();
      return;
    }
    this.#timer = setTimeout(() => void this.#ask(), AFTER_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#show([]);
  }

  /** Take a key; true where it was for the list. */
  press(key: string): boolean {
    if (!this.isOpen) return false;
    if (key === "ArrowDown") this.#activate(this.#active + 1);
    else if (key === "ArrowUp") this.#activate(this.#active - 1);
    else if (key === "Enter" || key === "Tab") this.#accept(this.#active);
    else if (key === "Escape") this.close();
    else return false;
    return true;
  }

  async #ask(): Promise<void> {
    this.#asking.abort();
    this.#asking = new AbortController();
    const asked = new URLSearchParams({
      text: this.#field.value,
      cursor: String(this.#field.selectionStart),
    });
    try {
      const found = await ask<{ completions: Offer[] }>(
        `expressions/complete?${asked.toString()}`,
        AbortSignal.any([this.#asking.signal, this.#life]),
      );
      this.#show(found.completions.filter((one) => !this.#isThere(one)));
    } catch {
      this.#show([]); // without the board there is nothing to offer
    }
  }

  // What is written out already needs no offer.
  #isThere({ text, start, end }: Offer): boolean {
    return this.#field.value.slice(start - 1, end) === text;
  }

  #show(found: Offer[]): void {
    this.#found = found;
    this.#menu.classList.toggle("is-open", found.length > 0);
    this.#field.ariaExpanded = String(found.length > 0);
    this.#list.replaceChildren(
      ...found.map(({ text, label, detail }, place) => {
        const row = make("div", "menu-item ask-offer");
        row.id = `ask-offer-${place}`;
        row.role = "option";
        row.dataset.place = String(place);
        row.append(make("b", "mono", text), make("span", "muted", `${label} · ${detail}`));
        return row;
      }),
    );
    this.#activate(0);
  }

  #activate(place: number): void {
    const rows = [...this.#list.children];
    this.#active = Math.max(0, Math.min(rows.length - 1, place));
    rows.forEach((row, number) => {
      row.ariaSelected = String(number === this.#active);
    });
    const active = rows[this.#active];
    active?.scrollIntoView({ block: "nearest" });
    if (active) this.#field.setAttribute("aria-activedescendant", active.id);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  #accept(place: number): void {
    const offer = this.#found[place];
    this.#show([]);
    if (offer) this.#take(offer.text, offer.start, offer.end);
  }
}
