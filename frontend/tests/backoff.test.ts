import { expect, it } from "vitest";

import { backoff } from "../src/lib/backoff";

it("doubles the wait up to its ceiling", () => {
  const longest = [1, 2, 3, 6, 40].map((failures) => backoff(failures, () => 1));

  expect(longest).toEqual([500, 1_000, 2_000, 15_000, 15_000]);
});

it("cuts at most half of the wait at random", () => {
  expect(backoff(3, () => 0)).toBe(1_000);
});
