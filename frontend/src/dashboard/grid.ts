/** The charts in their order, which is that of their elements. */

import { readData } from "../lib/dom";
import type { CandleRow } from "../lib/frames";
import { liveSocket } from "../lib/socket";
import { THEME_CHANGED } from "../lib/tokens";
import { PAIR_LEARNT } from "../market/pairs";
import { ChartCell } from "./cell";
import { DrawQueue } from "./pace";

/** Charts begin to listen so far before they come into sight. */
const NEAR_SIGHT = "120px";

export class ChartGrid {
  readonly #element: HTMLElement;
  readonly #cellOf = new Map<Element, ChartCell>();
  #timeframe: string;

  constructor(element: HTMLElement, timeframe: string, life: AbortSignal) {
    this.#element = element;
    this.#timeframe = timeframe;
    const queue = new DrawQueue();
    for (const one of element.querySelectorAll<HTMLElement>(".chart-cell")) {
      this.#cellOf.set(one, new ChartCell(one, queue, timeframe));
    }
    this.#begin();
    this.#watchSight(life);
    this.#followPage(life);
  }

  get timeframe(): string {
    return this.#timeframe;
  }

  /** The cells, first to last. */
  get cells(): ChartCell[] {
    return [...this.#element.children]
      .map((element) => this.#cellOf.get(element))
      .filter((cell) => cell !== undefined);
  }

  /** The cell that an element is part of. */
  cellAround(element: Element): ChartCell | undefined {
    const cell = element.closest(".chart-cell");
    return cell ? this.#cellOf.get(cell) : undefined;
  }

  setTimeframe(timeframe: string): void {
    this.#timeframe = timeframe;
    for (const cell of this.#cellOf.values()) cell.setTimeframeOfAll(timeframe);
  }

  /** Put another pair into a cell; one that is shown already changes places with it. */
  setPair(cell: ChartCell, symbol: string): void {
    const other = this.cells.find((one) => one.symbol === symbol);
    if (other === cell) return;
    other?.setPair(cell.symbol);
    cell.setPair(symbol);
  }

  /** Put a cell at a place; returns the place it has got. */
  move(cell: ChartCell, place: number): number {
    const others = this.cells.filter((one) => one !== cell);
    const to = Math.max(0, Math.min(others.length, place));
    const focused = document.activeElement;
    this.#element.insertBefore(cell.element, others[to]?.element ?? null);
    // Moving an element takes the focus from what is in it.
    if (focused instanceof HTMLElement && cell.element.contains(focused)) focused.focus();
    return to;
  }

  // The server wrote the candles of each chart into the page, by "SYMBOL.TIMEFRAME".
  #begin(): void {
    const candles = (readData("candles") ?? {}) as Record<string, CandleRow[]>;
    for (const cell of this.#cellOf.values()) {
      const rows = candles[`${cell.symbol}.${cell.timeframe}`];
      if (rows?.length) cell.begin(rows);
    }
  }

  #watchSight(life: AbortSignal): void {
    const sight = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const cell = this.#cellOf.get(target);
          if (isIntersecting) cell?.show();
          else cell?.hide();
        }
      },
      { rootMargin: NEAR_SIGHT },
    );
    for (const element of this.#cellOf.keys()) sight.observe(element);
    life.addEventListener("abort", () => {
      sight.disconnect();
      for (const cell of this.#cellOf.values()) cell.remove();
    });
  }

  #followPage(life: AbortSignal): void {
    const each = (step: (cell: ChartCell) => void) => () => {
      for (const cell of this.#cellOf.values()) step(cell);
    };
    const listen = { signal: life };
    const repaint = each((cell) => {
      cell.repaint();
    });
    const relearn = each((cell) => {
      cell.relearn();
    });
    document.addEventListener(THEME_CHANGED, repaint, listen);
    document.addEventListener(PAIR_LEARNT, relearn, listen);
    const refuse = (event: Event) => {
      const { message } = (event as CustomEvent<{ message: string }>).detail;
      each((cell) => {
        cell.refuse(message);
      })();
    };
    liveSocket().addEventListener("refused", refuse, listen);
  }
}
