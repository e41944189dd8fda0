import { describe, expect, it } from "vitest";
import { firesByDay } from "../src/alerts/bars";
import { points, reach } from "../src/alerts/paths";
import type { Alert, Episode } from "../src/alerts/shapes";
import {
  daysWords,
  filled,
  lateWords,
  msOf,
  numberOf,
  range,
  roundAbove,
  sentence,
  stateWords,
  watchedWords,
  written,
} from "../src/alerts/words";

const DAY_MS = 86_400_000;
const NOW_MS = 1_700_000_000_000;

function fired(id: number, daysAgo: number): Episode {
  return {
    rule: { kind: "alert", id, name: "" },
    opened_ms: NOW_MS - daysAgo * DAY_MS,
  } as Episode;
}

function alert(parts: Partial<Alert>): Alert {
  return { scope: "pair", symbol: "BTCUSDT", state: "active", ...parts } as Alert;
}

describe("a form as an expression", () => {
  it.each([
    [
      { metric: "price", operator: "crosses_above", value: 70_000 },
      "crosses_above(price, 70000)",
    ],
    [{ metric: "rsi_14_1h", operator: "below", value: 30 }, "rsi_14_1h < 30"],
    [
      { metric: "price", operator: "enters_band", value: 1, high: 2 },
      "between(price, 1, 2)",
    ],
    [
      { metric: "price", operator: "leaves_band", value: 1, high: 2 },
      "not between(price, 1, 2)",
    ],
    [{ metric: "price", operator: "moves", value: 2, window: "1h" }, "abs(change_1h) >= 2"],
    [
      { metric: "price", operator: "moves_down", value: 2, window: "5m" },
      "change_5m <= -2",
    ],
  ])("%o", (form, expression) => {
    expect(written(form)).toBe(expression);
  });
});

describe("numbers as people type them", () => {
  it.each([
    ["65,432.1", 65_432.1],
    ["1 948.2", 1948.2],
    ["−0.5", -0.5],
    ["1e-7", 1e-7],
  ])("%s", (text, value) => {
    expect(numberOf(text)).toBe(value);
  });

  it("is none where nothing, or a word, is typed", () => {
    expect(numberOf("")).toBeNaN();
    expect(numberOf("much")).toBeNaN();
  });
});

describe("the price to begin with", () => {
  it.each([
    [1_948.2, 2_000],
    [65_432.1, 66_500],
    [0.16421, 0.17],
    [0.000012345, 0.0000125],
  ])("above %d it is %d", (price, level) => {
    expect(roundAbove(price)).toBeCloseTo(level, 12);
  });

  it("is none where no price is known", () => {
    expect(roundAbove(NaN)).toBeNaN();
    expect(roundAbove(0)).toBeNaN();
  });
});

describe("fires by day", () => {
  it("counts each rule, the newest day last", () => {
    const found = firesByDay(
      [fired(1, 0), fired(1, 0.5), fired(1, 6.9), fired(2, 3)],
      7,
      NOW_MS,
    );

    expect(found.get(1)).toEqual([1, 0, 0, 0, 0, 0, 2]);
    expect(found.get(2)).toEqual([0, 0, 0, 1, 0, 0, 0]);
  });

  it("leaves out what is older, and what is of no alert any more", () => {
    const gone = { ...fired(3, 1), rule: { kind: "alert", name: "gone" } } as Episode;

    expect(firesByDay([fired(1, 7.1), gone], 7, NOW_MS).size).toBe(0);
  });
});

describe("paths", () => {
  it("run from the middle, upwards for a rise, and end where nothing is known", () => {
    expect(points([0, 1, null], [0, 60, 240], 2)).toBe("0.0,80.0 150.0,40.0");
  });

  it("stay within the picture", () => {
    expect(points([0, -9], [0, 240], 3)).toBe("0.0,80.0 600.0,160.0");
  });

  it("have some height also where nothing moved", () => {
    expect(reach([[0, 0, null]])).toBeGreaterThan(0);
  });
});

describe("words", () => {
  it("name how many pairs are open only where there can be several", () => {
    expect(stateWords(alert({ state: "open", open_pairs: 1 }))).toBe("Open now");
    expect(stateWords(alert({ state: "open", scope: "market", open_pairs: 3 }))).toBe(
      "Open now · 3 pairs",
    );
  });

  it("name the list, or say that it is gone", () => {
    const names = new Map([["a", "Majors"]]);

    expect(watchedWords(alert({ scope: "watchlist", watchlist: "a" }), names)).toBe(
      "Majors",
    );
    expect(watchedWords(alert({ scope: "watchlist", watchlist: null }), names)).toBe(
      "A watchlist that is gone",
    );
  });

  it("say how late", () => {
    expect(lateWords(false, 90_000)).toBe("");
    expect(lateWords(true, 20_000)).toBe("1 min");
    expect(lateWords(true, 4 * 60_000)).toBe("4 min");
    expect(lateWords(true, 3 * 3_600_000)).toBe("3 h");
  });

  it("count days, and parts of one", () => {
    expect(daysWords(30)).toBe("30 days");
    expect(daysWords(1.0007)).toBe("1 day");
    expect(daysWords(0.42)).toBe("0.4 days");
  });

  it("show an interval in whole percents, and none where none is known", () => {
    expect(range(0.354, 0.85)).toBe("35–85");
    expect(range(null, 0.85)).toBe("");
  });

  it("begin with a capital and end with a stop", () => {
    expect(sentence("now 1,948.20, 2.66 % away")).toBe("Now 1,948.20, 2.66 % away.");
    expect(sentence("Done.")).toBe("Done.");
  });

  it("fill a message, and name the fields that there are not", () => {
    const { text, unknown } = filled("{pair} at {price}: {prce}", {
      pair: "BTCUSDT",
      price: "65,432.1",
    });

    expect(text).toBe("BTCUSDT at 65,432.1: {prce}");
    expect(unknown).toEqual(["{prce}"]);
  });

  it("read times of the API, written or counted", () => {
    expect(msOf("2026-11-21T16:00:00Z")).toBe(Date.UTC(2026, 10, 21, 16));
    expect(msOf(5)).toBe(5);
    expect(msOf(null)).toBeNull();
    expect(msOf("soon")).toBeNull();
  });
});
