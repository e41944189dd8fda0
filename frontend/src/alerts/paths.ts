/** The price after each fire, all laid over each other. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const HEIGHT = 160;
const MOST_LINES = 80;
/** So much of the height is left to the wildest paths, which are cut. */
const SHOWN_SHARE = 0.96;

type Path = readonly (number | null)[];

/** The height of the picture in percent: nearly all of what the paths reach. */
export function reach(paths: readonly Path[]): number {
  const sizes = paths
    .flat()
    .filter((one) => one !== null)
    .map(Math.abs)
    .sort((a, b) => a - b);
  const most = sizes[Math.floor(SHOWN_SHARE * (sizes.length - 1))] ?? 0;
  return Math.max(most * 1.1, 0.1);
}

/** The points of one path in the picture; it ends where nothing is known any more. */
export function points(path: Path, minutes: readonly number[], most: number): string {
  const last = minutes.at(-1) ?? 1;
  const known = path.flatMap((value, place) => {
    const minute = minutes[place];
    if (value === null || minute === undefined) return [];
    const clipped = Math.max(-most, Math.min(most, value));
    const x = (WIDTH * minute) / last;
    const y = HEIGHT / 2 - (clipped / most) * (HEIGHT / 2);
    return [`${x.toFixed(1)},${y.toFixed(1)}`];
  });
  return known.join(" ");
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, String(value));
  }
  return made;
}

/** Draw the paths; `minutes` says how long after the fire each value is. */
export function drawPaths(
  paths: readonly Path[],
  minutes: readonly number[],
): SVGSVGElement {
  const picture = element("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  }) as SVGSVGElement;
  const most = reach(paths);
  const middle = HEIGHT / 2;
  picture.append(
    element("line", { x1: 0, x2: WIDTH, y1: middle, y2: middle, class: "paths-zero" }),
  );
  for (const path of paths.slice(0, MOST_LINES)) {
    const end = path.findLast((value) => value !== null) ?? 0;
    const tone = end >= 0 ? "paths-up" : "paths-down";
    picture.append(
      element("polyline", { points: points(path, minutes, most), class: tone }),
    );
  }
  return picture;
}
