/** Fires a day as a row of small bars. */

import type { Episode } from "./shapes";

const SVG = "http://www.w3.org/2000/svg";
const DAY_MS = 86_400_000;

/** Count the fires of each rule in each of the last days, the newest day last. */
export function firesByDay(
  episodes: readonly Episode[],
  days: number,
  nowMs: number,
): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const { rule, opened_ms: openedMs } of episodes) {
    const back = Math.floor((nowMs - openedMs) / DAY_MS);
    if (rule.id === undefined || back < 0 || back >= days) continue;
    const counts = found.get(rule.id) ?? Array.from({ length: days }, () => 0);
    const place = days - 1 - back;
    counts[place] = (counts[place] ?? 0) + 1;
    found.set(rule.id, counts);
  }
  return found;
}

/** Draw them; a day without any is a line at the foot. */
export function bars(counts: readonly number[]): SVGSVGElement {
  const picture = document.createElementNS(SVG, "svg");
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, one) => sum + one, 0);
  picture.setAttribute("class", "fire-bars");
  picture.setAttribute("viewBox", `0 0 ${counts.length * 8 - 2} 20`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", `${total} in ${counts.length} days`);
  counts.forEach((one, place) => {
    const height = one === 0 ? 1 : Math.max(3, (20 * one) / most);
    const bar = document.createElementNS(SVG, "rect");
    bar.setAttribute("x", String(place * 8));
    bar.setAttribute("y", String(20 - height));
    bar.setAttribute("width", "6");
    bar.setAttribute("height", String(height));
    if (one === 0) bar.setAttribute("class", "fire-bars-none");
    picture.append(bar);
  });
  return picture;
}
