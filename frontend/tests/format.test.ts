import { describe, expect, it } from "vitest";

import {
  age,
  countDown,
  decimalsIn,
  direction,
  figure,
  type FigureKind,
  quantity,
} from "../src/lib/format";
import cases from "./figures.json";

describe("figure", () => {
  // The same cases hold for what the server writes.
  it.each(cases as [FigureKind, number | null, number, string][])(
    "shows a %s of %s with %s decimals as %s",
    (kind, value, decimals, text) => {
      expect(figure(kind, value, decimals)).toBe(text);
    },
  );
});

describe("direction", () => {
  it("has none where the shown figure is zero or unknown", () => {
    expect([0.004, -0.004, 0, null, undefined, NaN].map((one) => direction(one))).toEqual(
      Array(6).fill(""),
    );
  });

  it("follows the sign otherwise", () => {
    expect([0.005, -3].map((one) => direction(one))).toEqual(["up", "down"]);
  });
});

describe("direction of what has its own decimals", () => {
  it("is there as soon as the figure shows it", () => {
    expect(
      [0.04, 0.06, -0.0000123].map((one, at) => direction(one, [1, 1, 7][at])),
    ).toEqual(["", "up", "down"]);
  });
});

describe("age", () => {
  it.each([
    [-5, "0.0 s"],
    [340, "0.3 s"],
    [12_400, "12 s"],
    [150_000, "3 min"],
    [7_200_000, "2 h"],
  ])("shows %s ms as %s", (ms, text) => {
    expect(age(ms)).toBe(text);
  });
});

describe("quantity", () => {
  it("has the decimals that the exchange writes, and is short where it is large", () => {
    const decimals = decimalsIn([0.014, 2, 1.5]);

    expect(decimals).toBe(3);
    expect([0.1, 9_999, 12_345].map((one) => quantity(one, decimals))).toEqual([
      "0.100",
      "9,999.000",
      "12.3\u202fK",
    ]);
  });
});

describe("countDown", () => {
  it.each([
    [11_231_000, "3:07:11"],
    [432_100, "07:13"],
    [-5, "00:00"],
  ])("shows %s ms as %s", (ms, text) => {
    expect(countDown(ms)).toBe(text);
  });
});
