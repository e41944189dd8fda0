import { describe, expect, it } from "vitest";

import { headOf, type Metric, shown, tone } from "../src/screener/metrics";

function metric(part: Partial<Metric>): Metric {
  return {
    name: "rsi_14_1h",
    label: "RSI 14",
    span: "1h",
    group: "candle",
    unit: "0–100",
    decimals: 1,
    meaning: "",
    ...part,
  };
}

const change = metric({ name: "change_1h", label: "Change", unit: "%", decimals: 2 });

describe("shown", () => {
  it.each([
    [metric({}), 54.26, "54.3"],
    [metric({}), null, "–"],
    [change, 1.5, "+1.50"],
    [metric({ name: "range_1h", unit: "%", decimals: 2 }), 1.5, "1.50"],
    [
      metric({ name: "price", unit: "quote asset", decimals: null }),
      "65432.10",
      "65,432.10",
    ],
    [metric({ unit: "quote asset", decimals: 0 }), 84_200_000_000, "84.2\u202fB"],
    [metric({ unit: "× usual", decimals: 2 }), 1.5, "1.50×"],
    [metric({ unit: "fraction", decimals: 6 }), 0.0001, "+0.0100"],
  ])("shows %o of %s as %s", (one, value, text) => {
    expect(shown(one, value)).toBe(text);
  });
});

describe("tone", () => {
  it("is of what has a sign, and of nothing that shows as zero", () => {
    expect([tone(change, 0.4), tone(change, -0.4), tone(change, 0.001)]).toEqual([
      "up",
      "down",
      "",
    ]);
    expect([tone(metric({}), 70), tone(change, null)]).toEqual(["", ""]);
  });
});

describe("headOf", () => {
  it("is short, with the span", () => {
    expect([
      headOf(change),
      headOf(metric({ label: "Quote volume" })),
      headOf(metric({})),
    ]).toEqual(["1h %", "Vol 1h", "RSI 14 1h"]);
  });
});
