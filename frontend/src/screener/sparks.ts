/** The line of the last day of each pair that is shown, kept for a while. */

import { ask } from "../lib/api";

const HEIGHT = 18;
const POINTS = 96;
const AGAIN_MS = 5 * 60_000;
/** A line that is still short may be filling. */
const SHORT_AGAIN_MS = 15_000;
const SVG = "http://www.w3.org/2000/svg";

interface Line {
  heights: number[];
  askedAt: number;
}

export class Sparks {
  readonly #known = new Map<string, Line>();
  readonly #life: AbortSignal;

  constructor(life: AbortSignal) {
    this.#life = life;
  }

  /** Ask for those that are not known; true where some have come. */
  async learn(symbols: readonly string[]): Promise<boolean> {
    const now = performance.now();
    const wanted = symbols.filter((one) => this.#isStale(one, now));
    if (wanted.length === 0) return false;
    for (const symbol of wanted)
      this.#known.set(symbol, { heights: this.#heights(symbol), askedAt: now });
    const path = `screener/sparks?symbols=${encodeURIComponent(wanted.join())}`;
    const { sparks } = await ask<{ sparks: Record<string, number[]> }>(path, this.#life);
    for (const [symbol, heights] of Object.entries(sparks))
      this.#known.set(symbol, { heights, askedAt: now });
    return true;
  }

  /** Draw the line of a pair; nothing where it has none yet. */
  draw(symbol: string): SVGSVGElement | null {
    const heights = this.#heights(symbol);
    if (heights.length < 2) return null;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 -4 ${heights.length - 1} 108`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("height", String(HEIGHT));
    svg.setAttribute("aria-hidden", "true");
    const isUp = (heights.at(-1) ?? 0) >= (heights[0] ?? 0);
    svg.setAttribute("class", isUp ? "spark up" : "spark down");
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("points", heights.map((y, x) => `${x},${100 - y}`).join(" "));
    svg.append(line);
    return svg;
  }

  #heights(symbol: string): number[] {
    return this.#known.get(symbol)?.heights ?? [];
  }

  #isStale(symbol: string, now: number): boolean {
    const line = this.#known.get(symbol);
    if (line === undefined) return true;
    const keep = line.heights.length < POINTS ? SHORT_AGAIN_MS : AGAIN_MS;
    return now - line.askedAt > keep;
  }
}
