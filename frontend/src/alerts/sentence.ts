/** The condition as a sentence of choices: metric, what it does, value, window. */

import { make, part, setText } from "../lib/dom";
import { drawMirror } from "../screener/mirror";
import { board, type Metric, metricOf } from "../screener/metrics";
import type { Form } from "./shapes";
import { numberOf, written } from "./words";

export interface Operator {
  name: string;
  label: string;
  takes: "value" | "band" | "move";
}

/** Units that go without saying. */
const SILENT = /^(quote asset|base asset|fraction|ratio|UTC ms|−?\d.*)$/;

export class Sentence {
  readonly #metric: HTMLSelectElement;
  readonly #span: HTMLSelectElement;
  readonly #operator: HTMLSelectElement;
  readonly #value: HTMLInputElement;
  readonly #high: HTMLInputElement;
  readonly #window: HTMLSelectElement;
  readonly #root: HTMLElement;
  readonly #operators: readonly Operator[];
  readonly #changed: () => void;

  constructor(
    root: HTMLElement,
    operators: readonly Operator[],
    changed: () => void,
    life: AbortSignal,
  ) {
    this.#root = root;
    this.#operators = operators;
    this.#changed = changed;
    this.#metric = part(root, "metric") as HTMLSelectElement;
    this.#span = part(root, "span") as HTMLSelectElement;
    this.#operator = part(root, "operator") as HTMLSelectElement;
    this.#value = part(root, "value") as HTMLInputElement;
    this.#high = part(root, "high") as HTMLInputElement;
    this.#window = part(root, "window") as HTMLSelectElement;
    part(root, "simple").addEventListener("input", this.#chose, { signal: life });
    this.#metric.value = "Price";
    this.#fit();
  }

  /** The form, null while a number is missing. */
  get form(): Form | null {
    const operator = this.#taking;
    const value = numberOf(this.#value.value);
    const high = numberOf(this.#high.value);
    const metric = this.metric?.name ?? "price";
    if (Number.isNaN(value)) return null;
    if (operator.takes === "band" && Number.isNaN(high)) return null;
    return {
      metric,
      operator: operator.name,
      value,
      ...(operator.takes === "band" ? { high } : {}),
      ...(operator.takes === "move" ? { window: this.#window.value } : {}),
    };
  }

  /** The metric that is chosen. */
  get metric(): Metric | undefined {
    return board().metrics.find(
      ({ label, span }) => label === this.#metric.value && span === this.#span.value,
    );
  }

  get hasValue(): boolean {
    return this.#value.value.trim() !== "";
  }

  /** Choose what a form says; what it does not say stays. */
  set(form: Partial<Form>): void {
    const metric = metricOf(form.metric ?? "");
    if (metric) {
      this.#metric.value = metric.label;
      this.#offerSpans();
      this.#span.value = metric.span;
    }
    if (form.operator) this.#operator.value = form.operator;
    if (form.value !== undefined) this.#value.value = shown(form.value);
    if (form.high !== undefined && form.high !== null) this.#high.value = shown(form.high);
    if (form.window) this.#window.value = form.window;
    this.#fit();
    this.show(null);
  }

  focus(): void {
    this.#value.focus();
    this.#value.select();
  }

  /** Show the expression: as the board wrote it, or as it will. */
  show(normalForm: string | null): void {
    const form = this.form;
    const text = normalForm ?? (form ? written(form) : "");
    drawMirror(part(this.#root, "written"), text, []);
  }

  get #taking(): Operator {
    const found = this.#operators.find(({ name }) => name === this.#operator.value);
    return found ?? { name: "above", label: "", takes: "value" };
  }

  readonly #chose = () => {
    this.#fit();
    this.show(null);
    this.#changed();
  };

  #offerSpans(): void {
    const fitting = board().metrics.filter(({ label }) => label === this.#metric.value);
    const before = this.#span.value;
    const spans = fitting.map(({ span }) => span);
    this.#span.replaceChildren(
      ...spans.map((span) => {
        const option = make("option", "", span);
        option.value = span;
        return option;
      }),
    );
    const usual = ["1h", "15m"].find((one) => spans.includes(one)) ?? spans[0] ?? "";
    this.#span.value = spans.includes(before) && before !== "" ? before : usual;
    this.#span.hidden = spans.length < 2;
  }

  // Show only what this metric and this operator take.
  #fit(): void {
    if (this.#span.dataset.of !== this.#metric.value) {
      this.#offerSpans();
      this.#span.dataset.of = this.#metric.value;
    }
    this.#fitOperators();
    const { takes } = this.#taking;
    part(this.#root, "high-field").hidden = takes !== "band";
    part(this.#root, "window-field").hidden = takes !== "move";
    setText(part(this.#root, "unit"), takes === "move" ? "%" : this.#unit);
  }

  get #unit(): string {
    const unit = this.metric?.unit ?? "";
    return SILENT.test(unit) ? "" : unit;
  }

  // Only the price moves within a window.
  #fitOperators(): void {
    const isPrice = this.metric?.name === "price";
    for (const option of this.#operator.options) {
      const takes = this.#operators.find(({ name }) => name === option.value)?.takes;
      option.hidden = option.disabled = takes === "move" && !isPrice;
    }
    if (this.#operator.selectedOptions[0]?.disabled) this.#operator.value = "above";
  }
}

function shown(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 12 });
}
