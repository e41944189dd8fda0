/** Whether a topic's frames follow each other. */

import type { DataFrame } from "./frames";

export type Verdict = "apply" | "ignore" | "gap";

export class TopicSequence {
  #last: number | null = null;

  /** Judge the next frame: after a gap only a snapshot is applied again. */
  judge(frame: Pick<DataFrame, "type" | "seq" | "from_seq">): Verdict {
    if (frame.type === "snapshot") {
      this.#last = frame.seq;
      return "apply";
    }
    if (this.#last === null || frame.seq <= this.#last) return "ignore";
    if ((frame.from_seq ?? frame.seq) > this.#last + 1) {
      this.#last = null;
      return "gap";
    }
    this.#last = frame.seq;
    return "apply";
  }

  /** Forget everything: the next snapshot starts anew. */
  reset(): void {
    this.#last = null;
  }
}
