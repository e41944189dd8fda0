/** Every metric by groups, to be shown as a column or not. */

import { make, part, setText } from "../lib/dom";
import { count } from "../lib/format";
import { board, type Metric } from "./metrics";
import type { ScreenState } from "./state";

const GROUPS: Record<string, string> = {
  price: "Price and funding",
  window: "Sliding windows",
  candle: "Candles and indicators",
};

interface Line {
  element: HTMLElement;
  words: string;
}

function grouped(metrics: readonly Metric[], by: "group" | "label"): Map<string, Metric[]> {
  const groups = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const same = groups.get(metric[by]);
    if (same) same.push(metric);
    else groups.set(metric[by], [metric]);
  }
  return groups;
}

export class ColumnChooser {
  readonly #dialog: HTMLDialogElement;
  readonly #search: HTMLInputElement;
  readonly #note: HTMLElement;
  readonly #groups: HTMLElement;
  readonly #state: ScreenState;
  readonly #chips = new Map<string, HTMLButtonElement>();
  readonly #lines: Line[] = [];

  constructor(root: HTMLElement, state: ScreenState, life: AbortSignal) {
    this.#dialog = part(root, "columns-dialog") as HTMLDialogElement;
    this.#search = part(root, "columns-search") as HTMLInputElement;
    this.#note = part(root, "columns-note");
    this.#groups = part(root, "columns-groups");
    this.#state = state;
    const listen = { signal: life };
    this.#search.addEventListener("input", this.#filter, listen);
    this.#groups.addEventListener("click", this.#pressed, listen);
    state.addEventListener("change", this.#mark, listen);
  }

  open(): void {
    if (this.#chips.size === 0) this.#build();
    this.#search.value = "";
    this.#filter();
    this.#mark();
    this.#dialog.showModal();
  }

  #build(): void {
    for (const [group, metrics] of grouped(board().metrics, "group")) {
      const section = make("section", "columns-group");
      section.append(make("h3", "", GROUPS[group] ?? group));
      for (const same of grouped(metrics, "label").values()) {
        section.append(this.#line(same));
      }
      this.#groups.append(section);
    }
  }

  #line(metrics: Metric[]): HTMLElement {
    const [first] = metrics;
    const element = make("div", "columns-line");
    const label = make("span", "columns-label", first?.label);
    label.title = first?.meaning ?? "";
    const chips = make("span", "columns-chips");
    for (const metric of metrics) {
      const chip = make("button", "chip", metric.span || "show");
      chip.type = "button";
      chip.value = metric.name;
      chip.ariaLabel = `${metric.label} ${metric.span}`.trim();
      chip.title = `${metric.name}: ${metric.meaning}`;
      this.#chips.set(metric.name, chip);
      chips.append(chip);
    }
    element.append(label, chips);
    const words = metrics.map(({ name, meaning }) => `${name} ${meaning}`).join(" ");
    this.#lines.push({ element, words: `${first?.label ?? ""} ${words}`.toLowerCase() });
    return element;
  }

  readonly #filter = () => {
    const needles = this.#search.value.toLowerCase().split(/\s+/);
    for (const { element, words } of this.#lines) {
      element.hidden = !needles.every((needle) => words.includes(needle));
    }
    for (const group of this.#groups.querySelectorAll<HTMLElement>(".columns-group")) {
      group.hidden = !group.querySelector(".columns-line:not([hidden])");
    }
  };

  readonly #pressed = (event: Event) => {
    const name = (event.target as Element).closest("button")?.value;
    if (!name) return;
    const { columns } = this.#state.view;
    const without = columns.filter((one) => one !== name);
    if (without.length === 0) {
      setText(this.#note, "One column stays at least.");
      return;
    }
    this.#state.change({
      columns: without.length < columns.length ? without : [...columns, name],
    });
  };

  readonly #mark = () => {
    const { columns } = this.#state.view;
    for (const [name, chip] of this.#chips) {
      chip.ariaPressed = String(columns.includes(name));
    }
    const all = count(board().metrics.length);
    setText(
      this.#note,
      `${count(columns.length)} of ${all} shown; drag a head to order them.`,
    );
  };
}
