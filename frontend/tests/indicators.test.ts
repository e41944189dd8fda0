import { expect, test } from "vitest";

import { chosenOf, type Indicator, MOST_PANES } from "../src/chart/choice";
import { IndicatorValues } from "../src/chart/values";

const page = (from: number, values: Record<string, (number | null)[]>) => ({
  candles: (Object.values(values)[0] ?? []).map((_, place) => ({
    open_time: from + place,
  })),
  indicators: values,
});

const indicator = (name: string, has_pane: boolean): Indicator => ({
  name,
  label: name,
  meaning: "",
  has_pane,
  kind: "price",
  lines: [{ name, label: "", style: "line" }],
  levels: [],
  is_running_sum: false,
});

test("a running sum of an older page is lifted to where both pages meet", () => {
  const values = new IndicatorValues(new Set(["obv"]));
  values.take(page(10, { obv: [100, 103], rsi_14: [50, 51] }));

  values.take(page(8, { obv: [0, 5, 7], rsi_14: [40, 41, 50] }));

  expect([8, 9, 10, 11].map((time) => values.at("obv", time))).toEqual([93, 98, 100, 103]);
  expect(values.at("rsi_14", 8)).toBe(40);
});

test("a newer value of the same candle replaces the older one", () => {
  const values = new IndicatorValues(new Set());
  values.take(page(1, { ema_9: [1, 2] }));

  values.take(page(2, { ema_9: [2.5, 3] }));

  expect([1, 2, 3].map((time) => values.at("ema_9", time))).toEqual([1, 2.5, 3]);
});

test("what is known reaches only as far as every indicator does", () => {
  const values = new IndicatorValues(new Set());
  values.take(page(1, { ema_9: [1, 2, 3, 4] }));
  values.take(page(2, { rsi_14: [null, 60] }));

  expect(values.oldest(["ema_9", "rsi_14"])).toBe(2);
  expect(values.newest(["ema_9", "rsi_14"])).toBe(3);
  expect(values.oldest(["ema_9", "macd"])).toBe(Infinity);
  expect(values.at("rsi_14", 2)).toBeNull();
});

test("a choice keeps its order, knows its names and has room for its panes", () => {
  const panes = Array.from({ length: MOST_PANES + 1 }, (_, place) => `pane_${place}`);
  const all = [indicator("ema_9", false), ...panes.map((name) => indicator(name, true))];

  const chosen = chosenOf(["nonsense", ...panes, "ema_9", "ema_9"], all);

  expect(chosen.map((one) => one.name)).toEqual([...panes.slice(1), "ema_9"]);
});
