/** One pair's order book in the page: levels by price, kept up by its changes. */

import { decimalsIn } from "../lib/format";

export type BookState = "waiting" | "live" | "rebuilding";

/** Price in the quote asset, quantity in the base asset. */
export type Level = readonly [price: number, quantity: number];

export interface BookSnapshot {
  state: "live" | "rebuilding";
  event_time: number;
  source: "exchange" | "simulated";
  /** Best first. */
  bids: Level[];
  asks: Level[];
}

export interface BookUpdate {
  state: "live" | "rebuilding";
  event_time: number;
  /** Quantities are what is there now; 0 removes a level. */
  levels: (readonly ["b" | "a", number, number])[];
}

/** One side, best price first. */
export interface Side {
  prices: Float64Array;
  quantities: Float64Array;
}

export class OrderBook {
  state: BookState = "waiting";
  source: BookSnapshot["source"] = "exchange";
  /** UTC ms of the newest change. */
  eventTime = 0;
  /** Decimals of the quantities, as far as they have been seen. */
  quantityDecimals = 0;
  readonly #bids = new Map<number, number>();
  readonly #asks = new Map<number, number>();
  #sorted: { bids: Side; asks: Side } | null = null;

  replace(data: BookSnapshot): void {
    this.source = data.source;
    this.#bids.clear();
    this.#asks.clear();
    for (const [price, quantity] of data.bids) this.#bids.set(price, quantity);
    for (const [price, quantity] of data.asks) this.#asks.set(price, quantity);
    this.#learnDecimals([...data.bids, ...data.asks].map(([, quantity]) => quantity));
    this.#changed(data);
  }

  apply(data: BookUpdate): void {
    for (const [side, price, quantity] of data.levels) {
      const levels = side === "b" ? this.#bids : this.#asks;
      if (quantity > 0) levels.set(price, quantity);
      else levels.delete(price);
    }
    this.#learnDecimals(data.levels.map(([, , quantity]) => quantity));
    this.#changed(data);
  }

  get bids(): Side {
    return this.#sides().bids;
  }

  get asks(): Side {
    return this.#sides().asks;
  }

  /** Halfway between the best prices; NaN where a side is empty. */
  get mid(): number {
    return ((this.bids.prices[0] ?? NaN) + (this.asks.prices[0] ?? NaN)) / 2;
  }

  // Some levels are enough: all of them have the step of the exchange.
  #learnDecimals(quantities: readonly number[]): void {
    this.quantityDecimals = decimalsIn(quantities.slice(0, 32), this.quantityDecimals);
  }

  #changed({ state, event_time }: BookUpdate | BookSnapshot): void {
    this.state = state;
    this.eventTime = event_time;
    this.#sorted = null;
  }

  #sides(): { bids: Side; asks: Side } {
    this.#sorted ??= {
      bids: sideOf(this.#bids, true),
      asks: sideOf(this.#asks, false),
    };
    return this.#sorted;
  }
}

function sideOf(levels: ReadonlyMap<number, number>, isDescending: boolean): Side {
  const prices = Float64Array.from(levels.keys()).sort();
  if (isDescending) prices.reverse();
  return { prices, quantities: prices.map((price) => levels.get(price) ?? 0) };
}

/** What buyers and sellers have in the book near the price, in the quote asset. */
export interface Pressure {
  buy: number;
  sell: number;
  /** Part of the sum that buyers have, 0 to 1; NaN where there is nothing. */
  share: number;
  /** How far from the price it was summed, percent; both sides reach so far. */
  reachPct: number;
}

/** Sum both sides as far as the shorter one reaches, so that neither is favoured. */
export function pressure(book: OrderBook): Pressure {
  const { bids, asks, mid } = book;
  const [lowest, highest] = [bids.prices.at(-1) ?? NaN, asks.prices.at(-1) ?? NaN];
  const reach = Math.min(mid - lowest, highest - mid);
  const sum = ({ prices, quantities }: Side) => {
    let value = 0;
    for (let at = 0; at < prices.length; at += 1) {
      const price = prices[at] ?? 0;
      // A hair more, so that rounding does not leave the outermost level out.
      if (Math.abs(price - mid) > reach * (1 + 1e-9)) break;
      value += price * (quantities[at] ?? 0);
    }
    return value;
  };
  const [buy, sell] = [sum(bids), sum(asks)];
  return { buy, sell, share: buy / (buy + sell), reachPct: (100 * reach) / mid };
}
