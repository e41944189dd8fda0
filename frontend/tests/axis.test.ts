import { expect, test } from "vitest";

import { type Axis, priceTicks, timeTicks } from "../src/chart/axis";

const MINUTE = 60_000;

function axis(low: number, high: number, height: number): Axis {
  const scale = height / (high - low);
  return {
    low,
    high,
    height,
    y: (price) => (high - price) * scale,
    price: (y) => high - y / scale,
  };
}

test("prices of a scale are round, inside it and not too near each other", () => {
  expect(priceTicks(axis(84_000, 87_100, 150))).toEqual([85_000, 86_000]);
  expect(priceTicks(axis(0, 10, 340))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a flat scale has no prices to write", () => {
  expect(priceTicks(axis(5, 5, 150))).toEqual([]);
});

test("times of a scale are whole hours of the person's zone", () => {
  const midnight = new Date(2026, 10, 21).getTime();
  const times = Array.from({ length: 96 }, (_, at) => midnight + (at - 48) * 15 * MINUTE);

  const ticks = timeTicks(times, 5);

  expect(ticks.map(({ text }) => text)).toEqual(["12:00", "18:00", "21 Nov", "06:00"]);
  expect(ticks.map(({ place }) => place)).toEqual([0, 24, 48, 72]);
});
