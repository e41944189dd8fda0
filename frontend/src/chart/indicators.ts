/** The indicators of the large chart: chosen, read from the engine, drawn, kept. */

import { ApiError, ask } from "../lib/api";
import { part, setText } from "../lib/dom";
import type { CandleRow } from "../lib/frames";
import { pairOf } from "../market/pairs";
import type { CandleCanvas } from "./canvas";
import { IndicatorChips } from "./chips";
import {
  chosenOf,
  type Indicator,
  keepChoice,
  MOST_PANES,
  offered,
  readChoice,
} from "./choice";
import { IndicatorLayers } from "./layers";
import { IndicatorMenu } from "./menu";
import { type IndicatorPage, IndicatorValues } from "./values";

/** The newest values are asked for again so often, while candles come. */
const TAIL_EVERY_MS = 2_000;
/** The forming candle, the one that has just closed, and one where pages meet. */
const TAIL = 3;
const MOST_CANDLES = 1_500;
const REST_S = 5;

/** The indicators of a chart, null where its page offers none. */
export function chartIndicators(
  element: HTMLElement,
  canvas: CandleCanvas,
  life: AbortSignal,
): ChartIndicators | null {
  const has = element.querySelector("[data-part=indicator-menu]");
  return has ? new ChartIndicators(element, canvas, life) : null;
}

export class ChartIndicators {
  readonly #canvas: CandleCanvas;
  readonly #all = offered();
  readonly #layers: IndicatorLayers;
  readonly #chips: IndicatorChips;
  readonly #menu: IndicatorMenu;
  readonly #element: HTMLElement;
  #chosen: Indicator[];
  #values = this.#none();
  #symbol = "";
  #timeframe = "";
  #life = new AbortController().signal;
  #pointed: CandleRow | null = null;
  #isAsking = false;
  #restsUntil = 0;
  #tailAt = 0;
  #reached = Infinity;

  constructor(element: HTMLElement, canvas: CandleCanvas, life: AbortSignal) {
    [this.#element, this.#canvas] = [element, canvas];
    this.#layers = new IndicatorLayers(canvas.chart);
    this.#chosen = chosenOf(readChoice(), this.#all);
    this.#chips = new IndicatorChips(
      part(element, "indicator-legend"),
      (name) => {
        this.#remove(name);
      },
      life,
    );
    this.#menu = new IndicatorMenu(
      element,
      (name, isOn) => {
        this.#choose(name, isOn);
      },
      life,
    );
  }

  /** What the API is asked for with the candles. */
  get names(): string {
    return this.#chosen.map((one) => one.name).join(",");
  }

  /** Show another pair or timeframe; `life` ends with it. */
  begin(symbol: string, timeframe: string, life: AbortSignal): void {
    [this.#symbol, this.#timeframe, this.#life] = [symbol, timeframe, life];
    [this.#values, this.#reached, this.#isAsking] = [this.#none(), Infinity, false];
    this.#pointed = null;
    this.lay();
  }

  /** Take values that came with older candles. */
  take(page: IndicatorPage): void {
    this.#values.take(page);
  }

  /** Lay everything out anew: another choice, other colours, other decimals. */
  lay(): void {
    const decimals = pairOf(this.#symbol).decimals;
    this.#layers.lay(this.#chosen, decimals);
    this.#chips.lay(this.#chosen);
    this.#menu.show(this.#chosen);
    const panes = this.#chosen.filter((one) => one.has_pane).length;
    this.#element.style.setProperty("--panes", String(panes));
    this.#draw();
  }

  /** Go on with the candles; `isAnew` where more than the newest has changed. */
  follow(isAnew = false): void {
    if (isAnew) this.#draw();
    void this.#read();
  }

  /** Show the figures of one candle. */
  point(row: CandleRow | null): void {
    this.#pointed = row;
    const time = row?.[0] ?? 0;
    const decimals = pairOf(this.#symbol).decimals;
    this.#chips.show(this.#chosen, (name) => this.#values.at(name, time), decimals);
  }

  #none(): IndicatorValues {
    const sums = this.#all.filter((one) => one.is_running_sum).map((one) => one.name);
    return new IndicatorValues(new Set(sums));
  }

  #draw(): void {
    const times = this.#canvas.rows.map(([time]) => time);
    this.#layers.draw(times, this.#values);
    this.point(this.#pointed ?? this.#canvas.last);
  }

  #choose(name: string, isOn: boolean): void {
    const names = this.#chosen.map((one) => one.name).filter((one) => one !== name);
    const wanted = isOn ? [...names, name] : names;
    this.#chosen = chosenOf(wanted, this.#all);
    const isFull = this.#chosen.length < wanted.length;
    this.#say(isFull ? `At most ${MOST_PANES} panes: the first has gone.` : "");
    keepChoice(this.#chosen.map((one) => one.name));
    [this.#reached, this.#restsUntil] = [Infinity, 0];
    this.lay();
    void this.#read();
  }

  #remove(name: string): void {
    const place = this.#chosen.findIndex((one) => one.name === name);
    this.#choose(name, false);
    if (!this.#chips.focus(place)) this.#menu.focus();
  }

  // One question after the other, until nothing is wanted.
  async #read(): Promise<void> {
    const [life, values] = [this.#life, this.#values];
    if (this.#isAsking || performance.now() < this.#restsUntil) return;
    this.#isAsking = true;
    try {
      for (let next = this.#wanted(); next; next = this.#wanted()) {
        const page = await ask<IndicatorPage>(this.#path(next), life);
        values.take(page);
        if (life.aborted) return;
        if (this.#restsUntil > 0) this.#say("");
        this.#restsUntil = 0;
        this.#drawPage(page, next.isTail);
      }
    } catch (error) {
      if (!life.aborted) this.#fail(error);
    } finally {
      if (!life.aborted) this.#isAsking = false;
    }
  }

  #wanted(): { limit: number; end?: number; isTail: boolean } | null {
    const { rows, last } = this.#canvas;
    const names = this.#chosen.flatMap((one) => one.lines.map((line) => line.name));
    if (names.length === 0 || !last || document.hidden) return null;
    const [oldest, newest] = [this.#values.oldest(names), this.#values.newest(names)];
    const older = rows.findIndex(([time]) => time >= oldest);
    const missing = oldest === Infinity ? rows.length : older;
    if (missing > 0 && (oldest < this.#reached || oldest === Infinity)) {
      this.#reached = oldest;
      this.#tailAt = performance.now();
      const limit = Math.min(missing + 1, MOST_CANDLES);
      return oldest === Infinity
        ? { limit, isTail: false }
        : { limit, end: oldest + 1, isTail: false };
    }
    if (performance.now() - this.#tailAt < TAIL_EVERY_MS) return null;
    this.#tailAt = performance.now();
    const unknown = rows.length - rows.findLastIndex(([time]) => time <= newest) - 1;
    return { limit: Math.min(unknown + TAIL, MOST_CANDLES), isTail: true };
  }

  #path({ limit, end }: { limit: number; end?: number }): string {
    const query = new URLSearchParams({
      timeframe: this.#timeframe,
      limit: String(limit),
      reach: "exchange",
      indicators: this.names,
    });
    if (end !== undefined) query.set("end", String(end));
    return `coins/${encodeURIComponent(this.#symbol)}/candles?${query}`;
  }

  #drawPage(page: IndicatorPage, isTail: boolean): void {
    if (!isTail) {
      this.#draw();
      return;
    }
    const first = page.candles[0]?.open_time ?? Infinity;
    const times = this.#canvas.rows.map(([time]) => time).filter((time) => time >= first);
    this.#layers.drawNewest(times, this.#values);
    this.point(this.#pointed ?? this.#canvas.last);
  }

  #fail(error: unknown): void {
    const waitS = error instanceof ApiError ? error.retryAfterS : null;
    this.#restsUntil = performance.now() + 1000 * (waitS ?? REST_S);
    this.#reached = Infinity;
    const message = error instanceof Error ? error.message : String(error);
    this.#say(`Indicators did not come: ${message}`);
  }

  #say(text: string): void {
    setText(part(this.#element, "indicator-state"), text);
  }
}
