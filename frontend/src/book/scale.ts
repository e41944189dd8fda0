/** From sizes to shades: by rank among what is seen, so that whales stand out. */

/** Shades from the faintest (0) to that of the largest sizes. */
export const SHADES = 64;
const SAMPLE = 4_096;
/** The upper half of the shades is for the largest fifth of the sizes. */
const EMPHASIS = 2.5;

/** The share of sizes that a shade leaves below itself. */
export function rankOf(shade: number): number {
  return 1 - (1 - shade / SHADES) ** EMPHASIS;
}

export class SizeScale {
  readonly #sample = new Float32Array(SAMPLE);
  #seen = 0;
  /** The smallest size of each shade. */
  #bounds: Float32Array<ArrayBuffer> = new Float32Array(SHADES);

  /** Take note of sizes that are on the picture; zeros say nothing. */
  note(sizes: Float32Array): void {
    for (const size of sizes) {
      if (size <= 0) continue;
      this.#sample[this.#seen % SAMPLE] = size;
      this.#seen += 1;
    }
  }

  /** Rank anew; tells whether shades have moved so far that the eye would see it. */
  settle(): boolean {
    const known = this.#sample.slice(0, Math.min(SAMPLE, this.#seen)).sort();
    if (known.length === 0) return false;
    const bounds = new Float32Array(SHADES);
    for (let shade = 0; shade < SHADES; shade += 1) {
      const at = Math.min(known.length - 1, Math.floor(rankOf(shade) * known.length));
      bounds[shade] = known[at] ?? 0;
    }
    const hasMoved = bounds.some((bound, shade) => {
      const before = this.#bounds[shade] ?? 0;
      return bound > 1.25 * before || bound < 0.8 * before;
    });
    if (hasMoved) this.#bounds = bounds;
    return hasMoved;
  }

  /** Forget the sample: another bucket has other sizes. */
  reset(): void {
    this.#seen = 0;
    this.#bounds = new Float32Array(SHADES);
  }

  /** The shade of a size, -1 for none. */
  shade(size: number): number {
    if (size <= 0) return -1;
    let [low, high] = [0, SHADES];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#bounds[middle] ?? 0) <= size) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** The smallest size that counts as a wall, and how many times the usual it is. */
  get wall(): number {
    const usual = this.#bounds[Math.floor(SHADES / 4)] ?? 0;
    return Math.max(4 * usual, this.#bounds[SHADES - 4] ?? 0) || Infinity;
  }
}
