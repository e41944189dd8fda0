/** The indicators shown: each with its colour, its figures and a way to remove it. */

import { make, setText } from "../lib/dom";
import { figure } from "../lib/format";
import type { Indicator } from "./choice";
import { lineColors } from "./layers";

export class IndicatorChips {
  readonly #list: HTMLElement;
  readonly #figures = new Map<string, HTMLElement>();

  /** `remove` is told the indicator that is to go. */
  constructor(list: HTMLElement, remove: (name: string) => void, life: AbortSignal) {
    this.#list = list;
    list.addEventListener(
      "click",
      (event) => {
        const button = (event.target as Element).closest<HTMLElement>("[data-remove]");
        if (button) remove(button.dataset.remove ?? "");
      },
      { signal: life },
    );
    list.addEventListener(
      "keydown",
      (event) => {
        const name = (event.target as HTMLElement).dataset.remove;
        if (name && ["Delete", "Backspace"].includes(event.key)) remove(name);
      },
      { signal: life },
    );
  }

  /** Show other indicators. */
  lay(chosen: readonly Indicator[]): void {
    const colors = lineColors(chosen);
    this.#figures.clear();
    this.#list.replaceChildren(
      ...chosen.map((one) => {
        const item = make("li", "indicator-chip");
        const name = make("span", "", one.label);
        name.title = one.meaning;
        item.append(name);
        for (const line of one.lines) {
          const value = make("b");
          // A histogram has the colours of up and down, its figure has its sign.
          if (line.style !== "histogram") value.style.color = colors.get(line.name) ?? "";
          if (line.label) value.title = line.label;
          this.#figures.set(line.name, value);
          item.append(value);
        }
        const button = make("button", "indicator-remove", "×");
        button.type = "button";
        button.ariaLabel = `Remove ${one.label}`;
        button.dataset.remove = one.name;
        item.append(button);
        return item;
      }),
    );
  }

  /** Show the figures of one candle. */
  show(
    chosen: readonly Indicator[],
    valueOf: (name: string) => number | null | undefined,
    decimals: number,
  ): void {
    for (const one of chosen) {
      for (const { name } of one.lines) {
        const target = this.#figures.get(name);
        if (target) setText(target, figure(one.kind, valueOf(name), decimals));
      }
    }
  }

  /** Go to the button that removes the indicator at a place, or to none. */
  focus(place: number): boolean {
    const buttons = this.#list.querySelectorAll<HTMLElement>("[data-remove]");
    const button = buttons[Math.min(place, buttons.length - 1)];
    button?.focus();
    return button !== undefined;
  }
}
