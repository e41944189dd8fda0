import { describe, expect, it } from "vitest";

import { OrderBook, pressure } from "../src/book/book";
import { fittingBucket, sumBuckets, zoomed } from "../src/book/buckets";

function book(): OrderBook {
  const made = new OrderBook();
  made.replace({
    state: "live",
    event_time: 1_000,
    source: "simulated",
    bids: [
      [99, 1],
      [98, 2],
      [95, 4],
    ],
    asks: [
      [101, 3],
      [102, 1],
      [110, 50],
    ],
  });
  return made;
}

describe("OrderBook", () => {
  it("keeps both sides best first, whatever order the changes come in", () => {
    const made = book();

    made.apply({
      state: "live",
      event_time: 2_000,
      levels: [
        ["b", 97, 7],
        ["b", 99.5, 1],
        ["a", 101.5, 2],
      ],
    });

    expect([...made.bids.prices]).toEqual([99.5, 99, 98, 97, 95]);
    expect([...made.asks.prices]).toEqual([101, 101.5, 102, 110]);
    expect([made.bids.quantities[3], made.eventTime, made.mid]).toEqual([7, 2_000, 100.25]);
  });

  it("takes a level away at quantity 0 and replaces one that is known", () => {
    const made = book();

    made.apply({
      state: "live",
      event_time: 2_000,
      levels: [
        ["b", 99, 0],
        ["a", 101, 9],
        ["a", 500, 0],
      ],
    });

    expect([...made.bids.prices]).toEqual([98, 95]);
    expect(made.asks.quantities[0]).toBe(9);
  });

  it("starts anew at a snapshot and says when it is being rebuilt", () => {
    const made = book();

    made.apply({ state: "rebuilding", event_time: 2_000, levels: [] });
    const during = made.state;
    made.replace({ ...snapshot, bids: [[1, 1]], asks: [] });

    expect(during).toBe("rebuilding");
    expect([made.state, [...made.bids.prices], made.asks.prices.length]).toEqual([
      "live",
      [1],
      0,
    ]);
    expect(made.mid).toBeNaN();
  });
});

const snapshot = { state: "live", event_time: 3_000, source: "exchange" } as const;

describe("pressure", () => {
  it("sums both sides only as far as the shorter one reaches", () => {
    const { buy, sell, share, reachPct } = pressure(book());

    expect(buy).toBe(99 + 2 * 98 + 4 * 95);
    expect(sell).toBe(3 * 101 + 102);
    expect(share).toBeCloseTo(buy / (buy + sell));
    expect(reachPct).toBeCloseTo(5);
  });

  it("has no share where there is no book", () => {
    expect(pressure(new OrderBook()).share).toBeNaN();
  });
});

describe("buckets", () => {
  it("sum bids down and asks up, with running totals", () => {
    const made = book();
    const grid = { tick: 1, bucket: 5 };

    const bids = sumBuckets(made.bids, true, grid, 10);
    const asks = sumBuckets(made.asks, false, grid, 10);

    expect(bids).toEqual([{ price: 95, quantity: 7, total: 7 }]);
    expect(asks).toEqual([
      { price: 105, quantity: 4, total: 4 },
      { price: 110, quantity: 50, total: 54 },
    ]);
  });

  it("are as many as asked for, the last one whole", () => {
    const found = sumBuckets(book().bids, true, { tick: 1, bucket: 2 }, 1);

    expect(found).toEqual([{ price: 98, quantity: 3, total: 3 }]);
  });

  it("keep prices on the tick where floats would drift", () => {
    const made = new OrderBook();
    made.replace({ ...snapshot, bids: [[0.3, 1]], asks: [[0.7, 1]] });

    const [bid] = sumBuckets(made.bids, true, { tick: 0.1, bucket: 1 }, 5);

    expect(bid?.price).toBeCloseTo(0.3, 12);
  });

  it("fit what is to be seen, and step by 1, 2, 5", () => {
    expect([
      fittingBucket(100, 100),
      fittingBucket(101, 100),
      fittingBucket(1000, 60),
    ]).toEqual([1, 2, 20]);
    expect([zoomed(5, 1), zoomed(10, -1), zoomed(1, -1)]).toEqual([10, 5, 1]);
  });
});
