/** How long to wait before the next try. */

const FIRST_MS = 500;
const CEILING_MS = 15_000;

/**
 * Return the wait after so many failures: doubled each time up to a ceiling,
 * then cut by up to half at random, so that clients do not return in step.
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  const full = Math.min(CEILING_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return full * (0.5 + random() / 2);
}
