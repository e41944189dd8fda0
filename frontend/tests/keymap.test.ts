import { expect, it } from "vitest";

import { KeyMap } from "../src/lib/keymap";

const BOUND = ["/", "?", "g d", "g m"];

function press(keys: readonly [string, number][]): (string | null)[] {
  const map = new KeyMap();
  return keys.map(([key, atMs]) => map.press(key, atMs, BOUND));
}

it("answers a single key at once", () => {
  expect(press([["/", 0]])).toEqual(["/"]);
});

it("answers a sequence at its last key", () => {
  expect(
    press([
      ["g", 0],
      ["m", 900],
    ]),
  ).toEqual([null, "g m"]);
});

it("forgets a beginning that is not followed in time", () => {
  expect(
    press([
      ["g", 0],
      ["m", 1_001],
    ]),
  ).toEqual([null, null]);
});

it("takes a key that leads nowhere as the beginning of another", () => {
  expect(
    press([
      ["g", 0],
      ["g", 100],
      ["d", 200],
    ]),
  ).toEqual([null, null, "g d"]);
});

it("answers a single key after a beginning as well", () => {
  expect(
    press([
      ["g", 0],
      ["/", 100],
    ]),
  ).toEqual([null, "/"]);
});

it("begins anew after an answer", () => {
  expect(
    press([
      ["g", 0],
      ["m", 100],
      ["d", 200],
    ]),
  ).toEqual([null, "g m", null]);
});
