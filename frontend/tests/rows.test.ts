import { expect, it } from "vitest";

import { MarketRows } from "../src/market/rows";

function market(): MarketRows {
  const rows = new MarketRows();
  const columns = ["symbol", "price", "change_1h"];
  const cells = [
    ["ADAUSDT", 0.68, 1.5],
    ["BTCUSDT", 65_000, -0.2],
    ["ETHUSDT", 1_948, null],
    ["XRPUSDT", 0.52, 1.5],
  ];
  rows.apply({ as_of: 1, columns, rows: cells }, true);
  return rows;
}

it("puts unknown values last in both directions", () => {
  const rows = market();

  const down = rows.order({ column: "change_1h", isDescending: true }, "");
  const up = rows.order({ column: "change_1h", isDescending: false }, "");

  expect(down).toEqual(["ADAUSDT", "XRPUSDT", "BTCUSDT", "ETHUSDT"]);
  expect(up).toEqual(["BTCUSDT", "ADAUSDT", "XRPUSDT", "ETHUSDT"]);
});

it("finds a pair by a part of its name, with a slash or without", () => {
  const rows = market();

  expect(rows.order({ column: "symbol", isDescending: false }, "eth/us")).toEqual([
    "ETHUSDT",
  ]);
});

it("changes only the rows that an update names", () => {
  const rows = market();

  rows.apply(
    { as_of: 2, columns: ["symbol", "price"], rows: [["BTCUSDT", 66_000]] },
    false,
  );

  expect(rows.row("BTCUSDT")?.get("price")).toBe(66_000);
  expect(rows.row("BTCUSDT")?.get("change_1h")).toBe(-0.2);
  expect(rows.size).toBe(4);
});

it("forgets pairs that a snapshot no longer has", () => {
  const rows = market();

  rows.apply({ as_of: 2, columns: ["symbol", "price"], rows: [["BTCUSDT", 1]] }, true);

  expect(rows.row("ADAUSDT")).toBeUndefined();
});
