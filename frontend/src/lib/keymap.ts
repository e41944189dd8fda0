/** Keys pressed one after the other, such as `g m`. */

/** Between two keys of a sequence there may be this much time. */
const TOGETHER_WITHIN_MS = 1_000;

export class KeyMap {
  #pressed: string[] = [];
  #pressedAt = -Infinity;

  /**
   * Take one key and return the sequence that it completes, or null.
   *
   * A key that leads nowhere from what was pressed before starts anew.
   */
  press(key: string, atMs: number, bound: readonly string[]): string | null {
    if (atMs - this.#pressedAt > TOGETHER_WITHIN_MS) this.#pressed = [];
    this.#pressedAt = atMs;
    for (const tried of [[...this.#pressed, key], [key]]) {
      const sequence = tried.join(" ");
      if (bound.includes(sequence)) {
        this.#pressed = [];
        return sequence;
      }
      if (bound.some((one) => one.startsWith(`${sequence} `))) {
        this.#pressed = tried;
        return null;
      }
    }
    this.#pressed = [];
    return null;
  }
}
