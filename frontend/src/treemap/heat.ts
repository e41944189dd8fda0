/** How strongly a change is coloured: the same change less over a longer window. */

import { change } from "../lib/format";

/** The change in percent that has the full colour, by window. */
const FULL: Record<string, number> = {
  "5m": 1,
  "15m": 2,
  "1h": 3,
  "4h": 5,
  "8h": 7,
  "1d": 10,
};
const STEPS = 4;
/** So much of the colour at most, that text on it can be read. */
const MOST_PCT = 52;

export interface Heat {
  tone: "up" | "down" | "";
  /** Percent of the colour over the ground. */
  strength: number;
}

/** The colour of a change in percent; none where it shows as zero or is unknown. */
export function heatOf(moved: number | null | undefined, window: string): Heat {
  const full = FULL[window] ?? 10;
  if (moved === null || moved === undefined || !(Math.abs(moved) >= 0.005)) {
    return { tone: "", strength: 0 };
  }
  const step = Math.min(STEPS, Math.ceil((STEPS * Math.abs(moved)) / full));
  return { tone: moved > 0 ? "up" : "down", strength: (MOST_PCT * step) / STEPS };
}

/** The steps of the scale from the deepest fall to the highest rise, with words. */
export function heatKey(window: string): { heat: Heat; text: string }[] {
  const full = FULL[window] ?? 10;
  return [-1, -0.5, 0, 0.5, 1].map((part) => ({
    heat: heatOf(part * full, window),
    text: part === 0 ? "0 %" : `${change(part * full).replace(/\.?0+$/, "")} %`,
  }));
}
