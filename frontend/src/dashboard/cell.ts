/** One chart of the dashboard: its head, its candles, and what it listens to. */

import { SmallChart } from "../chart/small";
import { part, setText } from "../lib/dom";
import { change, direction, figure } from "../lib/format";
import type { CandleRow, CandlesData, TicksData } from "../lib/frames";
import { liveSocket } from "../lib/socket";
import { pairOf } from "../market/pairs";
import type { DrawQueue } from "./pace";

const CANDLES = 120;

export class ChartCell {
  readonly element: HTMLElement;
  readonly #queue: DrawQueue;
  readonly #state: HTMLElement;
  readonly #price: HTMLElement;
  readonly #day: HTMLElement;
  readonly #choice: HTMLSelectElement;
  #chart: SmallChart | null = null;
  #listening: AbortController | null = null;
  #history: CandleRow[] | null = null;
  #news: CandleRow[] = [];
  #ticks = new Map<string, number | null>();
  #all: string;

  constructor(element: HTMLElement, queue: DrawQueue, timeframeOfAll: string) {
    this.element = element;
    this.#queue = queue;
    this.#all = timeframeOfAll;
    this.#state = part(element, "state");
    this.#price = part(element, "price");
    this.#day = part(element, "day");
    this.#choice = part(element, "timeframe") as HTMLSelectElement;
  }

  get symbol(): string {
    return this.element.dataset.symbol ?? "";
  }

  /** The timeframe of this chart alone, empty where it follows that of all. */
  get own(): string {
    return this.#choice.value;
  }

  get timeframe(): string {
    return this.own || this.#all;
  }

  /** Follow another timeframe of all. */
  setTimeframeOfAll(timeframe: string): void {
    this.#all = timeframe;
    const first = this.#choice.options[0];
    if (first) first.text = timeframe;
    if (!this.own) this.restart();
  }

  /** Show another pair in this place. */
  setPair(symbol: string): void {
    const { base, quote } = pairOf(symbol);
    this.element.dataset.symbol = symbol;
    this.element.ariaLabel = `${base} ${quote}`;
    setText(part(this.element, "base"), base);
    setText(part(this.element, "quote"), quote);
    this.#ticks.clear();
    this.#drawHead();
    this.restart();
  }

  /** Show candles that came with the page, until the socket tells newer ones. */
  begin(rows: CandleRow[]): void {
    this.#history = rows;
    this.#drawCandles();
  }

  /** Begin to listen, as long as the chart is in sight. */
  show(): void {
    if (this.#listening) return;
    const listening = (this.#listening = new AbortController());
    const socket = liveSocket();
    socket.subscribe(
      `candles.${this.symbol}.${this.timeframe}.${CANDLES}`,
      (data, frame) => {
        this.#take((data as CandlesData).candles, frame.type === "snapshot");
      },
      listening.signal,
    );
    socket.subscribe(
      `ticks.${this.symbol}`,
      (data) => {
        this.#tick(data as TicksData);
      },
      listening.signal,
    );
  }

  /** Stop listening; what is drawn stays. */
  hide(): void {
    this.#listening?.abort();
    this.#listening = null;
    this.#queue.forget(this);
  }

  /** Listen anew after a choice: the old candles are of something else. */
  restart(): void {
    const wasShown = this.#listening !== null;
    this.hide();
    [this.#history, this.#news] = [null, []];
    this.element.classList.remove("is-drawn");
    if (wasShown) this.show();
  }

  /** Say what keeps the candles away, where none are shown. */
  refuse(message: string): void {
    if (this.element.classList.contains("is-drawn")) return;
    if (message.includes(this.symbol)) setText(this.#state, message);
  }

  /** Take what has been learnt of the pair since: the decimals of its price. */
  relearn(): void {
    this.#chart?.setDecimals(pairOf(this.symbol).decimals);
    this.#drawHead();
  }

  repaint(): void {
    this.#chart?.repaint();
  }

  remove(): void {
    this.hide();
    this.#chart?.remove();
  }

  #take(rows: CandleRow[], isSnapshot: boolean): void {
    if (isSnapshot) [this.#history, this.#news] = [rows, []];
    else this.#news.push(...rows);
    this.#request();
  }

  #tick({ columns, rows }: TicksData): void {
    const [row] = rows;
    if (!row) return;
    columns.forEach((name, place) => {
      const value = row[place];
      if (typeof value !== "string") this.#ticks.set(name, value ?? null);
    });
    this.#request();
  }

  #request(): void {
    this.#queue.request(this, () => {
      this.#drawHead();
      this.#drawCandles();
    });
  }

  #drawHead(): void {
    const { decimals } = pairOf(this.symbol);
    const day = this.#ticks.get("change_1d");
    setText(this.#price, figure("price", this.#ticks.get("price"), decimals));
    const text = typeof day === "number" ? `${change(day)} %` : "";
    setText(this.#day, text);
    const className = `move ${direction(day)}`.trim();
    if (this.#day.className !== className) this.#day.className = className;
  }

  #drawCandles(): void {
    if (!this.#history && this.#news.length === 0) return;
    const chart = (this.#chart ??= new SmallChart(part(this.element, "canvas")));
    if (this.#history) {
      chart.setDecimals(pairOf(this.symbol).decimals);
      chart.replace(this.#history);
      this.element.classList.toggle("is-drawn", this.#history.length > 0);
      if (this.#history.length === 0) setText(this.#state, "No candles yet.");
    }
    chart.update(this.#news);
    chart.draw();
    [this.#history, this.#news] = [null, []];
  }
}
