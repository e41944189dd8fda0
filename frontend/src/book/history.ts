/** The book as it was, a column each 100 ms: a ring of typed arrays. */

import type { OrderBook, Side } from "./book";
import { tickOf } from "./buckets";

export const COLUMN_MS = 100;
/** Three minutes; with 1,000 levels a column 14 MB. */
export const COLUMNS = 1_800;
const LEVELS = 1_000;

/** Columns are numbered from 0 since the start; only the newest `COLUMNS` are kept. */
export class BookHistory {
  /** Number of columns since the start. */
  length = 0;
  readonly #ticks = new Int32Array(COLUMNS * LEVELS);
  /** Bids are positive, asks negative: one array tells both. */
  readonly #sizes = new Float32Array(COLUMNS * LEVELS);
  readonly #counts = new Uint16Array(COLUMNS);
  readonly #mids = new Float64Array(COLUMNS);
  readonly #times = new Float64Array(COLUMNS);

  constructor(readonly tick: number) {}

  /** The first column that is still kept. */
  get first(): number {
    return Math.max(0, this.length - COLUMNS);
  }

  /** Keep a column: the book at a time, or null where it was not known. */
  push(time: number, book: OrderBook | null): void {
    const at = this.length % COLUMNS;
    this.#times[at] = time;
    this.#mids[at] = book ? book.mid / this.tick : NaN;
    let count = 0;
    if (book) {
      count = this.#put(at, 0, book.bids, 1);
      count = this.#put(at, count, book.asks, -1);
    }
    this.#counts[at] = count;
    this.length += 1;
  }

  time(column: number): number {
    return this.#times[column % COLUMNS] ?? NaN;
  }

  /** The price between the best ones, in ticks; NaN where it was not known. */
  mid(column: number): number {
    return this.#mids[column % COLUMNS] ?? NaN;
  }

  isKnown(column: number): boolean {
    return column >= this.first && (this.#counts[column % COLUMNS] ?? 0) > 0;
  }

  /**
   * Sum a column into buckets.
   *
   * `bids` and `asks` are overwritten: row 0 is the bucket `top`, each next row
   * one bucket lower. A bucket of `size` ticks begins at `number × size` ticks.
   */
  sum(
    column: number,
    view: { top: number; size: number },
    bids: Float32Array,
    asks: Float32Array,
  ): void {
    bids.fill(0);
    asks.fill(0);
    const start = (column % COLUMNS) * LEVELS;
    const end = start + (this.#counts[column % COLUMNS] ?? 0);
    for (let at = start; at < end; at += 1) {
      const row = view.top - Math.floor((this.#ticks[at] ?? 0) / view.size);
      if (row < 0 || row >= bids.length) continue;
      const size = this.#sizes[at] ?? 0;
      if (size > 0) bids[row] = (bids[row] ?? 0) + size;
      else asks[row] = (asks[row] ?? 0) - size;
    }
  }

  #put(column: number, from: number, side: Side, sign: 1 | -1): number {
    const count = Math.min(side.prices.length, LEVELS / 2);
    const start = column * LEVELS + from;
    for (let at = 0; at < count; at += 1) {
      this.#ticks[start + at] = tickOf(side.prices[at] ?? 0, this.tick);
      this.#sizes[start + at] = sign * (side.quantities[at] ?? 0);
    }
    return from + count;
  }
}
