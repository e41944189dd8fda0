/** Pushes a column into the history whenever one is due. */

import type { OrderBook } from "./book";
import { type BookHistory, COLUMN_MS, COLUMNS } from "./history";

/** A timer may be late by so many columns; after more the page has slept. */
const LATE = 20;

export class Recorder {
  #nextAt: number | null = null;

  constructor(readonly history: BookHistory) {}

  /**
   * Push what has become due and return how many columns that were.
   *
   * A page that slept has not seen the book: what it missed is a hole.
   *
   * @param book - the book as it is, null where it is not known
   * @param now - monotonic milliseconds
   * @param wallMs - the same moment, UTC ms
   */
  record(book: OrderBook | null, now: number, wallMs: number): number {
    this.#nextAt ??= now;
    const due = Math.floor((now - this.#nextAt) / COLUMN_MS) + 1;
    if (due <= 0) return 0;
    this.#nextAt += due * COLUMN_MS;
    const missed = Math.min(due - 1, COLUMNS);
    const seen = due <= LATE ? book : null;
    for (let back = missed; back > 0; back -= 1) {
      this.history.push(wallMs - back * COLUMN_MS, seen);
    }
    this.history.push(wallMs, book);
    return missed + 1;
  }
}
