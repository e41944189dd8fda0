import { describe, expect, it } from "vitest";

import { ask, type Finding, type Rule } from "../src/summary/rules";
import cases from "./summary.json";

interface Case extends Finding {
  name: string;
  rule: Rule;
  values: Record<string, number | null>;
}

describe("ask", () => {
  // The same cases hold for what the server writes.
  it.each(cases as unknown as Case[])("judges $name", ({ rule, values, ...expected }) => {
    const finding = ask(rule, (name) => values[name], "1h");

    expect({ ...finding, name: expected.name }).toEqual(expected);
  });

  it("does not ask of a metric that the timeframe has not", () => {
    const [{ rule }] = cases as unknown as [Case];

    expect(ask(rule, (name) => (name === "rsi_14_1h" ? 50 : undefined), "1m")).toBeNull();
  });
});
