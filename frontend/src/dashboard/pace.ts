/**
 * Spreads drawing over frames: a few charts a frame, each a few times a second.
 *
 * Twelve charts that all draw in the frame of one message would take longer than
 * a frame has; and more than four pictures a second tell nobody more.
 */

const PER_FRAME = 2;
const EVERY_MS = 250;

export class DrawQueue {
  readonly #waiting = new Map<object, () => void>();
  readonly #drawnAt = new WeakMap<object, number>();
  #isPlanned = false;

  /** Draw as soon as it is this one's turn; a newer step replaces one that waits. */
  request(key: object, step: () => void): void {
    this.#waiting.set(key, step);
    this.#plan();
  }

  forget(key: object): void {
    this.#waiting.delete(key);
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    requestAnimationFrame((now) => {
      this.#isPlanned = false;
      this.#draw(now);
    });
  }

  #draw(now: number): void {
    let drawn = 0;
    let nextDue = Infinity;
    for (const [key, step] of this.#waiting) {
      const due = (this.#drawnAt.get(key) ?? -Infinity) + EVERY_MS;
      if (due > now || drawn === PER_FRAME) {
        nextDue = Math.min(nextDue, due);
        continue;
      }
      this.#waiting.delete(key);
      this.#drawnAt.set(key, now);
      drawn += 1;
      step();
    }
    if (nextDue <= now) this.#plan();
    else if (nextDue < Infinity) {
      setTimeout(() => {
        this.#plan();
      }, nextDue - now);
    }
  }
}
