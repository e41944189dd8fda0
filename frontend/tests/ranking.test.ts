import { expect, it } from "vitest";

import { findPages, findPairs } from "../src/lib/ranking";

// The most traded first, as the board sends them.
const PAIRS = ["BTC", "ETH", "ARB", "BNB", "WBTC", "ETC", "1000BONK", "B3"].map((base) => ({
  symbol: `${base}USDT`,
  base,
  quote: "USDT",
}));
const PAGES = [
  { label: "Market", address: "/market/" },
  { label: "Data health", address: "/data-health/" },
];

function symbols(text: string, limit = 10): string[] {
  return findPairs(text, PAIRS, limit).map(({ base }) => base);
}

it("puts the base asset that begins so before one that only contains it", () => {
  expect(symbols("b")).toEqual(["BTC", "BNB", "B3", "ARB", "WBTC", "1000BONK"]);
});

it("puts the exact base asset first, whatever its volume", () => {
  expect(symbols("b3")).toEqual(["B3"]);
  expect(symbols("etc")[0]).toBe("ETC");
});

it("takes a symbol written with a slash or a space", () => {
  expect(symbols("eth/usdt")).toEqual(["ETH"]);
  expect(symbols(" eth usdt ")).toEqual(["ETH"]);
});

it("gives the most traded for no text, up to the limit", () => {
  expect(symbols("", 2)).toEqual(["BTC", "ETH"]);
});

it("finds a page by the beginning of any of its words", () => {
  const labels = (text: string) => findPages(text, PAGES).map(({ label }) => label);

  expect(labels("hea")).toEqual(["Data health"]);
  expect(labels("MAR")).toEqual(["Market"]);
  expect(labels("alth")).toEqual([]);
});
