/** The menu of indicators: check boxes that say what the chart shows. */

import { part } from "../lib/dom";
import type { Indicator } from "./choice";

const GAP_PX = 4;

export class IndicatorMenu {
  readonly #opener: HTMLElement;
  readonly #boxes: HTMLInputElement[];

  /** `choose` is told what was checked or unchecked. */
  constructor(
    element: HTMLElement,
    choose: (name: string, isOn: boolean) => void,
    life: AbortSignal,
  ) {
    const menu = part(element, "indicator-menu");
    this.#opener = part(element, "indicator-opener");
    this.#boxes = [...menu.querySelectorAll("input")];
    menu.addEventListener(
      "change",
      ({ target }) => {
        const { value, checked } = target as HTMLInputElement;
        choose(value, checked);
      },
      { signal: life },
    );
    menu.addEventListener(
      "toggle",
      (event) => {
        if (event.newState === "open") this.#place(menu);
      },
      { signal: life },
    );
  }

  /** Check what is shown, and nothing else. */
  show(chosen: readonly Indicator[]): void {
    for (const box of this.#boxes) {
      box.checked = chosen.some((one) => one.name === box.value);
    }
  }

  /** Go to the button that opens it. */
  focus(): void {
    this.#opener.focus();
  }

  #place(menu: HTMLElement): void {
    const [at, size] = [this.#opener.getBoundingClientRect(), menu.getBoundingClientRect()];
    const left = Math.min(at.left, innerWidth - size.width - GAP_PX);
    const top = Math.min(at.bottom + GAP_PX, innerHeight - size.height - GAP_PX);
    menu.style.left = `${Math.max(GAP_PX, left)}px`;
    menu.style.top = `${Math.max(GAP_PX, top)}px`;
    this.#boxes[0]?.focus();
  }
}
