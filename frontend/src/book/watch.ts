/** The book and the trades of a pair, each heard once for all that show it. */

import { liveSocket } from "../lib/socket";
import { type BookSnapshot, type BookUpdate, OrderBook } from "./book";
import { Tape, type Trade, type TradesData } from "./tape";

/** Keeps something up as long as anyone watches it, and tells each change. */
class Watched<T, N> {
  readonly #hearers = new Set<(news: N) => void>();
  readonly #life = new AbortController();

  constructor(
    readonly held: T,
    topic: string,
    take: (data: unknown, isSnapshot: boolean) => N,
  ) {
    liveSocket().subscribe(
      topic,
      (data, frame) => {
        const news = take(data, frame.type === "snapshot");
        for (const hear of this.#hearers) hear(news);
      },
      this.#life.signal,
    );
  }

  join(hear: (news: N) => void, life: AbortSignal, onEmpty: () => void): T {
    this.#hearers.add(hear);
    life.addEventListener("abort", () => {
      this.#hearers.delete(hear);
      if (this.#hearers.size > 0) return;
      this.#life.abort();
      onEmpty();
    });
    return this.held;
  }
}

const books = new Map<string, Watched<OrderBook, undefined>>();
const tapes = new Map<string, Watched<Tape, TapeNews>>();

export interface TapeNews {
  trades: Trade[];
  isSnapshot: boolean;
}

/** Return a pair's book; `hear` is told after each change until `life` ends. */
export function watchBook(symbol: string, hear: () => void, life: AbortSignal): OrderBook {
  let watched = books.get(symbol);
  if (!watched) {
    const book = new OrderBook();
    watched = new Watched(book, `book.${symbol}`, (data, isSnapshot) => {
      if (isSnapshot) book.replace(data as BookSnapshot);
      else book.apply(data as BookUpdate);
      return undefined;
    });
    books.set(symbol, watched);
  }
  return watched.join(hear, life, () => books.delete(symbol));
}

/** Return a pair's tape; `hear` is told the new trades until `life` ends. */
export function watchTape(
  symbol: string,
  hear: (news: TapeNews) => void,
  life: AbortSignal,
): Tape {
  let watched = tapes.get(symbol);
  if (!watched) {
    const tape = new Tape();
    watched = new Watched(tape, `trades.${symbol}`, (data, isSnapshot) => ({
      trades: tape.take(data as TradesData, isSnapshot),
      isSnapshot,
    }));
    tapes.set(symbol, watched);
  }
  return watched.join(hear, life, () => tapes.delete(symbol));
}
