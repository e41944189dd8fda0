import { describe, expect, it } from "vitest";

import { heatKey, heatOf } from "../src/treemap/heat";
import { layOut } from "../src/treemap/layout";
import { type Box, squarify } from "../src/treemap/squarify";

const BOX = { x: 10, y: 20, width: 600, height: 400 };

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

describe("squarify", () => {
  const values = Array.from({ length: 120 }, (_, at) => 1_000 / (at + 1) ** 1.2);
  const boxes = squarify(values, BOX);

  it("gives each value an area in proportion", () => {
    const total = values.reduce((sum, value) => sum + value, 0);

    boxes.forEach(({ width, height }, at) => {
      const share = (width * height) / (BOX.width * BOX.height);
      expect(share).toBeCloseTo((values[at] ?? 0) / total, 9);
    });
  });

  it("lays nothing over anything else, and nothing outside", () => {
    for (const [at, box] of boxes.entries()) {
      expect(box.x).toBeGreaterThanOrEqual(BOX.x - 1e-6);
      expect(box.y + box.height).toBeLessThanOrEqual(BOX.y + BOX.height + 1e-6);
      for (const other of boxes.slice(at + 1))
        expect(overlap(box, other)).toBeLessThan(1e-6);
    }
  });

  it("keeps near to squares, as in the paper's example", () => {
    const paper = squarify([6, 6, 4, 3, 2, 2, 1], { x: 0, y: 0, width: 6, height: 4 });

    expect(paper[0]).toEqual({ x: 0, y: 0, width: 3, height: 2 });
    expect(paper[2]?.width).toBeCloseTo(12 / 7);
    const ratios = boxes.map(({ width, height }) =>
      Math.max(width / height, height / width),
    );
    expect(Math.max(...ratios)).toBeLessThan(4);
  });

  it("has nothing to lay for no values", () => {
    expect(squarify([], BOX)).toEqual([]);
  });
});

describe("layOut", () => {
  const pairs = [
    { symbol: "A", group: "Meme", size: 4 },
    { symbol: "B", group: "AI", size: 9 },
    { symbol: "C", group: "", size: 1 },
    { symbol: "D", group: "AI", size: 0 },
  ];

  it("puts the largest first and leaves out what has no size", () => {
    const { places, groups } = layOut(pairs, BOX, false);

    expect(places.map(({ symbol }) => symbol)).toEqual(["B", "A", "C"]);
    expect(groups).toEqual([]);
  });

  it("gives each category its ground, and those without one another", () => {
    const { places, groups } = layOut(pairs, BOX, true);

    expect(groups.map(({ name }) => name)).toEqual(["AI", "Meme", "Other"]);
    for (const place of places) {
      for (const head of groups) expect(overlap(place, head)).toBeLessThan(1e-6);
    }
  });

  it("lays nothing out where there is no room yet", () => {
    expect(layOut(pairs, { ...BOX, height: 0 }, true).places).toEqual([]);
  });
});

describe("heat", () => {
  it("grows in steps with the change and is full at the end of the scale", () => {
    const strengths = [0.1, 1, 1.6, 2.9, 3, 50].map(
      (moved) => heatOf(moved, "1h").strength,
    );

    expect(strengths).toEqual([...strengths].sort((a, b) => a - b));
    expect(strengths.at(-2)).toBe(strengths.at(-1));
    expect(heatOf(-2.9, "1h")).toEqual({ tone: "down", strength: strengths[3] });
  });

  it("is none for what shows as zero or is unknown", () => {
    for (const moved of [0, 0.004, null, undefined, NaN]) {
      expect(heatOf(moved, "1d")).toEqual({ tone: "", strength: 0 });
    }
  });

  it("has a legend from the deepest fall to the highest rise", () => {
    expect(heatKey("1d").map(({ text }) => text)).toEqual([
      "−10 %",
      "−5 %",
      "0 %",
      "+5 %",
      "+10 %",
    ]);
  });
});
