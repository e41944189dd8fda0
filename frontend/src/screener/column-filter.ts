/** A filter of one column, written into the expression: there is one question only. */

import { part, setText } from "../lib/dom";
import { headOf, metricOf } from "./metrics";

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export class ColumnFilter {
  readonly #form: HTMLFormElement;
  readonly #title: HTMLElement;
  readonly #note: HTMLElement;
  readonly #error: HTMLElement;
  readonly #add: (condition: string) => void;
  #name = "";

  constructor(root: HTMLElement, add: (condition: string) => void, life: AbortSignal) {
    this.#form = part(root, "filter") as HTMLFormElement;
    this.#title = part(root, "filter-title");
    this.#note = part(root, "filter-note");
    this.#error = part(root, "filter-error");
    this.#add = add;
    const listen = { signal: life };
    this.#form.addEventListener("submit", this.#submit, listen);
    root.addEventListener(
      "filter-by",
      (event) => {
        this.open(event.target as HTMLElement);
      },
      listen,
    );
  }

  /** Ask for the bounds of the column that a button in its head names. */
  open(button: HTMLElement): void {
    this.#name = button.dataset.filter ?? "";
    const metric = metricOf(this.#name);
    if (!metric) return;
    this.#form.reset();
    setText(this.#error, "");
    setText(this.#title, `Filter by ${headOf(metric)}`);
    setText(this.#note, `${metric.name}, in ${metric.unit}`);
    this.#form.showPopover();
    const at = button.getBoundingClientRect();
    const rightmost = innerWidth - this.#form.offsetWidth - 12;
    this.#form.style.left = `${Math.max(12, Math.min(at.left, rightmost))}px`;
    this.#form.style.top = `${at.bottom + 6}px`;
    this.#form.querySelector("input")?.focus();
  }

  readonly #submit = (event: Event) => {
    event.preventDefault();
    const given = new FormData(this.#form);
    const [low, high] = ["low", "high"].map((name) => {
      const text = given.get(name);
      return typeof text === "string" ? text.trim().replace("−", "-") : "";
    }) as [string, string];
    const wrong = [low, high].find((text) => text !== "" && !NUMBER.test(text));
    if (wrong !== undefined || (low === "" && high === "")) {
      setText(
        this.#error,
        wrong === undefined ? "Give one of them." : `${wrong} is no number.`,
      );
      return;
    }
    this.#form.hidePopover();
    if (low && high) this.#add(`${low} <= ${this.#name} <= ${high}`);
    else this.#add(low ? `${this.#name} >= ${low}` : `${this.#name} <= ${high}`);
  };
}
