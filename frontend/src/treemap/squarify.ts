/**
 * Rectangles of given areas, as near to squares as may be.
 *
 * Bruls, Huizing, van Wijk: Squarified Treemaps. Proceedings of the Joint
 * Eurographics and IEEE TCVG Symposium on Visualization, 2000.
 */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Return a rectangle for each value, in their order.
 *
 * @param values - sizes greater than 0, largest first
 * @param box - what they fill
 */
export function squarify(values: readonly number[], box: Box): Box[] {
  const sum = values.reduce((total, value) => total + value, 0);
  const scale = (box.width * box.height) / sum;
  const areas = values.map((value) => value * scale);
  const found: Box[] = [];
  let free = { ...box };
  let start = 0;
  while (start < areas.length) {
    const end = endOfRow(areas, start, Math.min(free.width, free.height));
    const row = areas.slice(start, end);
    free = layRow(row, free, found);
    start = end;
  }
  return found;
}

// A row takes values as long as its worst ratio of sides gets better.
function endOfRow(areas: readonly number[], start: number, side: number): number {
  let end = start + 1;
  let total = areas[start] ?? 0;
  let worst = worstRatio(total, areas[start] ?? 0, total, side);
  while (end < areas.length) {
    const sum = total + (areas[end] ?? 0);
    const next = worstRatio(areas[start] ?? 0, areas[end] ?? 0, sum, side);
    if (next > worst) break;
    [total, worst, end] = [sum, next, end + 1];
  }
  return end;
}

function worstRatio(largest: number, smallest: number, sum: number, side: number): number {
  const [square, total] = [side * side, sum * sum];
  return Math.max((square * largest) / total, total / (square * smallest));
}

// Lay a row along the shorter side; return what is left free.
function layRow(row: readonly number[], free: Box, found: Box[]): Box {
  const sum = row.reduce((total, area) => total + area, 0);
  const isColumn = free.width >= free.height;
  const depth = sum / (isColumn ? free.height : free.width);
  let at = isColumn ? free.y : free.x;
  for (const area of row) {
    const length = area / depth;
    found.push(
      isColumn
        ? { x: free.x, y: at, width: depth, height: length }
        : { x: at, y: free.y, width: length, height: depth },
    );
    at += length;
  }
  return isColumn
    ? { ...free, x: free.x + depth, width: free.width - depth }
    : { ...free, y: free.y + depth, height: free.height - depth };
}
