/** The latest trades of one pair, newest first, and the sums of the last minute. */

import { decimalsIn } from "../lib/format";

export type Taker = "buy" | "sell";
export type TradeRow = readonly [
  id: number,
  timeMs: number,
  price: number,
  quantity: number,
  side: Taker,
];

export interface TradesData {
  /** Value from which a trade counts as large, in the quote asset; null: unknown. */
  large_quote: number | null;
  /** Oldest first. */
  trades: TradeRow[];
}

export interface Trade {
  id: number;
  time: number;
  price: number;
  quantity: number;
  /** In the quote asset. */
  value: number;
  side: Taker;
  isLarge: boolean;
}

export const KEPT = 500;
const MINUTE_MS = 60_000;

export class Tape {
  /** Newest first, at most `KEPT`. */
  trades: Trade[] = [];
  /** Whether anything has been told, be it that there is no trade. */
  isKnown = false;
  /** Decimals of the quantities, as far as they have been seen. */
  quantityDecimals = 0;
  #minute: Trade[] = [];

  /** Take a snapshot, which replaces everything, or new trades; return those taken. */
  take(data: TradesData, isSnapshot: boolean): Trade[] {
    const newest = isSnapshot ? -Infinity : (this.trades[0]?.id ?? -Infinity);
    const news = data.trades
      .filter(([id]) => id > newest)
      .map((row) => tradeOf(row, data.large_quote))
      .reverse();
    this.isKnown = true;
    this.quantityDecimals = decimalsIn(
      data.trades.map(([, , , quantity]) => quantity),
      this.quantityDecimals,
    );
    if (isSnapshot) [this.trades, this.#minute] = [[], []];
    this.trades = [...news, ...this.trades].slice(0, KEPT);
    this.#minute = [...news, ...this.#minute];
    return news;
  }

  /** Bought and sold in the last minute before `nowMs`, in the quote asset. */
  lastMinute(nowMs: number): Record<Taker, number> {
    const sums = { buy: 0, sell: 0 };
    this.#minute = this.#minute.filter(({ time }) => time > nowMs - MINUTE_MS);
    for (const { side, value } of this.#minute) sums[side] += value;
    return sums;
  }
}

function tradeOf([id, time, price, quantity, side]: TradeRow, large: number | null): Trade {
  const value = price * quantity;
  const isLarge = large !== null && value >= large;
  return { id, time, price, quantity, value, side, isLarge };
}
