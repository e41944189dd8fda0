import { describe, expect, it } from "vitest";

import { OrderBook } from "../src/book/book";
import { BookHistory, COLUMNS } from "../src/book/history";
import { rankOf, SHADES, SizeScale } from "../src/book/scale";

function book(bid: number, quantity: number): OrderBook {
  const made = new OrderBook();
  made.replace({
    state: "live",
    event_time: 0,
    source: "exchange",
    bids: [
      [bid, quantity],
      [bid - 1, 2],
    ],
    asks: [[bid + 1, 5]],
  });
  return made;
}

describe("BookHistory", () => {
  it("sums a column into buckets from the top down", () => {
    const history = new BookHistory(1);
    history.push(100, book(100, 3));
    const [bids, asks] = [new Float32Array(4), new Float32Array(4)];

    history.sum(0, { top: 51, size: 2 }, bids, asks);

    expect([...bids]).toEqual([0, 3, 2, 0]);
    expect([...asks]).toEqual([0, 5, 0, 0]);
    expect([history.mid(0), history.time(0)]).toEqual([100.5, 100]);
  });

  it("keeps the newest columns and forgets the oldest", () => {
    const history = new BookHistory(1);
    for (let column = 0; column < COLUMNS + 3; column += 1) {
      history.push(column, book(100, column + 1));
    }
    const [bids, asks] = [new Float32Array(1), new Float32Array(1)];

    history.sum(COLUMNS + 2, { top: 100, size: 1 }, bids, asks);

    expect(history.first).toBe(3);
    expect(history.isKnown(2)).toBe(false);
    expect(history.isKnown(3)).toBe(true);
    expect(bids[0]).toBe(COLUMNS + 3);
  });

  it("has a hole where the book was not known", () => {
    const history = new BookHistory(1);
    history.push(0, null);
    const [bids, asks] = [new Float32Array(2), new Float32Array(2)];

    history.sum(0, { top: 100, size: 1 }, bids, asks);

    expect([history.isKnown(0), history.mid(0), bids[0]]).toEqual([false, NaN, 0]);
  });
});

describe("SizeScale", () => {
  it("gives the faintest shades to the many and the brightest to the few", () => {
    const scale = new SizeScale();
    scale.note(Float32Array.from({ length: 4_000 }, (_, at) => at + 1));

    expect(scale.settle()).toBe(true);
    const shades = [400, 2_000, 3_200, 3_990, 1e9].map((size) => scale.shade(size));
    expect(shades).toEqual([...shades].sort((a, b) => a - b));
    expect(shades[1]).toBeLessThan(SHADES / 3);
    expect(shades[2]).toBeLessThan(SHADES / 2 + 1);
    expect(shades[3]).toBeGreaterThan(0.85 * SHADES);
    expect(shades[4]).toBe(SHADES - 1);
  });

  it("is not shifted by one whale, as a linear scale would be", () => {
    const [calm, whale] = [new SizeScale(), new SizeScale()];
    const sizes = Float32Array.from({ length: 1_000 }, (_, at) => 1 + (at % 50));
    calm.note(sizes);
    whale.note(sizes);
    whale.note(Float32Array.of(1e7));
    calm.settle();
    whale.settle();

    expect(whale.shade(25)).toBe(calm.shade(25));
  });

  it("has no shade for nothing, and stays as it is while sizes do", () => {
    const scale = new SizeScale();
    scale.note(Float32Array.of(1, 2, 3, 0));
    scale.settle();

    expect(scale.shade(0)).toBe(-1);
    expect(scale.settle()).toBe(false);
  });

  it("ranks its shades ever closer to the top", () => {
    expect(rankOf(0)).toBe(0);
    expect(rankOf(SHADES / 2)).toBeCloseTo(0.82, 2);
    expect(rankOf(SHADES)).toBe(1);
  });
});
