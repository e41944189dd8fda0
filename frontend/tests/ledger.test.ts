import { expect, it } from "vitest";

import { allPairs, emptyHour, type Hour, notWhole, verdict } from "../src/market/ledger";

function hour(values: Partial<Hour>): Hour {
  return { ...emptyHour(), expected: 60, ...values };
}

it("shows the worst that happened in an hour", () => {
  const hours = [
    hour({ stream: 60 }),
    hour({ stream: 50, rest: 10 }),
    hour({ stream: 60, late: 1 }),
    hour({ stream: 59, missing: 1, late: 1 }),
    emptyHour(),
  ];

  expect(hours.map(verdict)).toEqual(["stream", "rest", "late", "missing", "none"]);
});

it("adds all pairs up hour by hour", () => {
  const lines = [
    { symbol: "BTCUSDT", hours: [hour({ stream: 60 })] },
    { symbol: "ETHUSDT", hours: [hour({ stream: 58, missing: 2 })] },
  ];

  const sums = allPairs(lines);

  expect(sums).toHaveLength(24);
  expect(sums[0]).toMatchObject({ expected: 120, stream: 118, missing: 2 });
  expect(sums[1]).toEqual(emptyHour());
});

it("lists the pairs with holes first and leaves out the whole ones", () => {
  const lines = [
    { symbol: "ADAUSDT", hours: [hour({ stream: 60, late: 5 })] },
    { symbol: "BTCUSDT", hours: [hour({ stream: 60 })] },
    { symbol: "ETHUSDT", hours: [hour({ stream: 59, missing: 1 })] },
  ];

  expect(notWhole(lines).map(({ symbol }) => symbol)).toEqual(["ETHUSDT", "ADAUSDT"]);
});
