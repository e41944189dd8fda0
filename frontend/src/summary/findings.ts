/** What rules say in one timeframe, in words, each with its numbers. */

import { make, part, setText } from "../lib/dom";
import { figure, type FigureKind } from "../lib/format";
import type { Finding, Rule } from "./rules";

/** How a metric is shown, without its timeframe. */
interface Shown {
  label: string;
  kind: FigureKind;
  decimals: number;
  unit: string;
  warm_up: number | null;
}

/** What the page tells of the rules and of what they read. */
export interface Told {
  rules: Rule[];
  metrics: Record<string, Shown>;
  /** As they were when the page was written. */
  values: Record<string, number | null>;
}

/** The findings in words: each rule has one line, which stands with its group. */
export class Findings {
  readonly #told: Told;
  readonly #groups = new Map<string, HTMLElement>();
  readonly #lines: HTMLElement[];

  constructor(element: HTMLElement, told: Told) {
    this.#told = told;
    for (const group of element.querySelectorAll<HTMLElement>("[data-group]")) {
      this.#groups.set(group.dataset.group ?? "", group);
    }
    this.#lines = told.rules.map(
      (rule, number) => element.querySelector(`[data-rule="${number}"]`) ?? newLine(rule),
    );
  }

  draw(findings: (Finding | null)[]): void {
    for (const [name, group] of this.#groups) {
      const lines = this.#lines.filter((_, number) => findings[number]?.group === name);
      const list = part(group, "lines");
      // Lines that stand where they belong are left alone, with what is selected in them.
      if (!isSame([...list.children], lines)) list.replaceChildren(...lines);
      setText(part(group, "count"), String(lines.length));
    }
    findings.forEach((finding, number) => {
      const line = this.#lines[number];
      if (finding && line) this.#write(line, finding);
    });
  }

  #write(line: HTMLElement, { group, sentence, readings }: Finding): void {
    const [words, numbers] = line.children;
    if (!words || !numbers) return;
    const isUnknown = group === "unknown";
    setText(words, isUnknown ? this.#lacking(readings) : sentence);
    const shown = isUnknown ? [] : readings.map((reading) => this.#number(...reading));
    const text = shown.flat().join();
    if (numbers.getAttribute("data-shown") === text) return;
    numbers.setAttribute("data-shown", text);
    numbers.replaceChildren(
      ...shown.map(([label, value]) => {
        const number = make("span", "", `${label} `);
        number.append(make("b", "", value));
        return number;
      }),
    );
  }

  #number(name: string, value: number | null): [label: string, text: string] {
    const metric = this.#told.metrics[name];
    if (!metric) return [name, String(value)];
    const { label, kind, decimals, unit } = metric;
    return [label, `${figure(kind, value, decimals)} ${unit}`.trim()];
  }

  #lacking(readings: Finding["readings"]): string {
    const lacking = readings
      .filter(([, value]) => value === null)
      .map(([name]) => this.#told.metrics[name]);
    const candles = Math.max(...lacking.map((one) => one?.warm_up ?? 0));
    const since = candles ? `, from ${candles} candles on` : "";
    return `${lacking.map((one) => one?.label).join(", ")}${since}`;
  }
}

function newLine(rule: Rule): HTMLElement {
  const line = make("li");
  line.title = rule.source;
  line.append(make("span"), make("span", "finding-numbers"));
  return line;
}

function isSame(some: readonly Element[], others: readonly Element[]): boolean {
  return some.length === others.length && some.every((one, at) => one === others[at]);
}
