import { describe, expect, it } from "vitest";

import { KEPT, Tape, type TradeRow } from "../src/book/tape";

function row(id: number, side: "buy" | "sell" = "buy", value = 100): TradeRow {
  return [id, id * 1_000, 10, value / 10, side];
}

describe("Tape", () => {
  it("has the newest trade on top and takes each once", () => {
    const tape = new Tape();
    tape.take({ large_quote: null, trades: [row(1), row(2)] }, true);

    const news = tape.take({ large_quote: null, trades: [row(2), row(3), row(4)] }, false);

    expect(news.map(({ id }) => id)).toEqual([4, 3]);
    expect(tape.trades.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
  });

  it("starts anew at a snapshot, even one of a market with smaller ids", () => {
    const tape = new Tape();
    tape.take({ large_quote: null, trades: [row(900)] }, true);

    tape.take({ large_quote: null, trades: [row(5)] }, true);

    expect(tape.trades.map(({ id }) => id)).toEqual([5]);
    expect(tape.lastMinute(5_500).buy).toBe(100);
  });

  it("marks trades from the given value on as large, and none without one", () => {
    const tape = new Tape();
    tape.take({ large_quote: 500, trades: [row(1, "buy", 499), row(2, "buy", 500)] }, true);
    tape.take({ large_quote: null, trades: [row(3, "buy", 1e9)] }, false);

    expect(tape.trades.map(({ isLarge }) => isLarge)).toEqual([false, true, false]);
  });

  it("keeps a bounded number, and sums the whole minute all the same", () => {
    const tape = new Tape();
    const trades = Array.from({ length: 2 * KEPT }, (_, at): TradeRow => [
      at,
      60_000 + at,
      1,
      1,
      at % 2 ? "buy" : "sell",
    ]);
    tape.take({ large_quote: null, trades }, false);

    expect(tape.trades).toHaveLength(KEPT);
    expect(tape.lastMinute(62_000)).toEqual({ buy: KEPT, sell: KEPT });
    expect(tape.lastMinute(122_000)).toEqual({ buy: 0, sell: 0 });
  });
});
