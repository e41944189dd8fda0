import { describe, expect, it } from "vitest";

import { TopicSequence } from "../src/lib/sequence";

const snapshot = (seq: number) => ({ type: "snapshot", seq }) as const;
const update = (seq: number, from_seq?: number) =>
  ({ type: "update", seq, ...(from_seq === undefined ? {} : { from_seq }) }) as const;

function judgeAll(frames: (ReturnType<typeof snapshot> | ReturnType<typeof update>)[]) {
  const sequence = new TopicSequence();
  return frames.map((frame) => sequence.judge(frame));
}

describe("TopicSequence", () => {
  it("applies updates that follow the snapshot one by one", () => {
    expect(judgeAll([snapshot(7), update(8), update(9)])).toEqual([
      "apply",
      "apply",
      "apply",
    ]);
  });

  it("ignores updates before any snapshot", () => {
    expect(judgeAll([update(3)])).toEqual(["ignore"]);
  });

  it("ignores what the snapshot already holds", () => {
    expect(judgeAll([snapshot(7), update(7), update(6)])).toEqual([
      "apply",
      "ignore",
      "ignore",
    ]);
  });

  it("tells of a gap once, then waits for the snapshot", () => {
    const verdicts = judgeAll([
      snapshot(7),
      update(9),
      update(10),
      snapshot(11),
      update(12),
    ]);

    expect(verdicts).toEqual(["apply", "gap", "ignore", "apply", "apply"]);
  });

  it("sees no gap where several updates came as one", () => {
    expect(judgeAll([snapshot(7), update(12, 8)])).toEqual(["apply", "apply"]);
  });

  it("sees a gap before updates that came as one", () => {
    expect(judgeAll([snapshot(7), update(12, 9)])).toEqual(["apply", "gap"]);
  });

  it("starts anew where the server's numbers start anew", () => {
    expect(judgeAll([snapshot(700), snapshot(1), update(2)])).toEqual([
      "apply",
      "apply",
      "apply",
    ]);
  });
});
