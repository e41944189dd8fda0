/** Where each pair stands on the map, and under which category. */

import { type Box, squarify } from "./squarify";

export interface Sized {
  symbol: string;
  /** Category, empty where there is none. */
  group: string;
  size: number;
}

export interface Place extends Box {
  symbol: string;
}

export interface Group extends Box {
  name: string;
}

export interface Layout {
  places: Place[];
  groups: Group[];
}

/** Room for the name of a category. */
export const HEAD_PX = 18;
const OTHER = "Other";

/** Lay pairs out, all together or each category on its own ground. */
export function layOut(pairs: readonly Sized[], box: Box, isGrouped: boolean): Layout {
  const known = pairs.filter(({ size }) => size > 0).sort((a, b) => b.size - a.size);
  if (known.length === 0 || box.width <= 0 || box.height <= 0)
    return { places: [], groups: [] };
  if (!isGrouped) return { places: layPairs(known, box), groups: [] };
  const byGroup = new Map<string, Sized[]>();
  for (const pair of known) {
    const name = pair.group === "" ? OTHER : pair.group;
    byGroup.set(name, [...(byGroup.get(name) ?? []), pair]);
  }
  const sums = [...byGroup].map(([name, members]) => ({
    name,
    members,
    sum: total(members),
  }));
  sums.sort((a, b) => b.sum - a.sum);
  const boxes = squarify(
    sums.map(({ sum }) => sum),
    box,
  );
  const layout: Layout = { places: [], groups: [] };
  sums.forEach(({ name, members }, at) => {
    const ground = boxes[at];
    if (!ground) return;
    const head = Math.min(HEAD_PX, ground.height / 3);
    layout.groups.push({ ...ground, height: head, name });
    const inside = { ...ground, y: ground.y + head, height: ground.height - head };
    layout.places.push(...layPairs(members, inside));
  });
  return layout;
}

function layPairs(pairs: readonly Sized[], box: Box): Place[] {
  const boxes = squarify(
    pairs.map(({ size }) => size),
    box,
  );
  return boxes.map((one, at) => ({ ...one, symbol: pairs[at]?.symbol ?? "" }));
}

function total(pairs: readonly Sized[]): number {
  return pairs.reduce((sum, { size }) => sum + size, 0);
}
