/** The categories of the market, the strongest first. */

import { make, oncePerFrame, part, setText } from "../lib/dom";
import { change, direction, NO_VALUE } from "../lib/format";
import { type Category, marketOverview } from "../market/overview";

class Entry {
  readonly element = make("li");
  readonly #name = make("span", "categories-name");
  readonly #members = make("span", "muted");
  readonly #mean = make("span");
  readonly #median = make("span");

  constructor() {
    this.element.append(this.#name, this.#members, this.#mean, this.#median);
  }

  fill(category: Category): void {
    setText(this.#name, category.name);
    setText(this.#members, String(category.members));
    this.#show(this.#mean, "categories-mean", category.mean_change);
    this.#show(this.#median, "categories-median", category.median_change);
  }

  #show(element: HTMLElement, name: string, value: number | null): void {
    const className = `${name} ${direction(value)}`.trim();
    if (element.className !== className) element.className = className;
    setText(element, value === null ? NO_VALUE : `${change(value)} %`);
  }
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const list = part(element, "list");
  const window = part(element, "window");
  const overview = marketOverview(window.textContent);
  const entries: Entry[] = [];

  const draw = oncePerFrame(() => {
    const categories = overview.whole?.categories ?? [];
    if (life.aborted || categories.length === 0) return;
    setText(window, overview.window);
    if (entries.length !== categories.length) {
      entries.splice(0, entries.length, ...categories.map(() => new Entry()));
      list.replaceChildren(...entries.map((entry) => entry.element));
    }
    categories.forEach((category, place) => entries[place]?.fill(category));
  });
  overview.addEventListener("change", draw, { signal: life });
}
