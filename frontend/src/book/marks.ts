/** What is drawn over the heatmap's picture: prices, times, walls, the cursor. */

import { clock, compact, figure } from "../lib/format";
import { token } from "../lib/tokens";
import type { Cursor } from "./heatmap";
import { type BookHistory, COLUMN_MS } from "./history";
import type { HeatPicture, View } from "./picture";

export interface Frame {
  dpr: number;
  /** Of the picture on the canvas, device pixels. */
  plotWidth: number;
  plotHeight: number;
  rowHeight: number;
  columns: number;
  rows: number;
  view: View;
  history: BookHistory;
  picture: HeatPicture;
  /** Sizes from here on are walls. */
  wall: number;
  decimals: number;
}

const PRICE_EVERY_PX = 44;
const TIME_EVERY_PX = 120;
const WALLS_A_SIDE = 3;
const WALL_APART_PX = 16;

type Context = CanvasRenderingContext2D;

export function drawMarks(context: Context, frame: Frame, cursor: Cursor | null): void {
  context.font = `${11 * frame.dpr}px ${token("sans")}`;
  context.textBaseline = "middle";
  drawTimes(context, frame);
  drawPrices(context, frame);
  drawMid(context, frame);
  drawWalls(context, frame);
  if (cursor) drawCursor(context, frame, cursor);
}

function yOf(ticks: number, { view, rowHeight }: Frame): number {
  return (view.top + 1 - ticks / view.size) * rowHeight;
}

function drawPrices(context: Context, frame: Frame): void {
  const { view, rows, rowHeight, plotWidth, dpr, history } = frame;
  const every = Math.ceil((PRICE_EVERY_PX * dpr) / rowHeight);
  context.fillStyle = token("muted");
  context.textAlign = "left";
  const first = Math.floor(view.top / every) * every;
  for (let bucket = first; bucket > view.top - rows; bucket -= every) {
    const y = yOf(bucket * view.size, frame);
    if (y < 8 * dpr || y > frame.plotHeight - 8 * dpr) continue;
    const price = figure("price", bucket * view.size * history.tick, frame.decimals);
    context.fillText(price, plotWidth + 8 * dpr, y);
  }
}

function drawTimes(context: Context, frame: Frame): void {
  const { columns, plotWidth, plotHeight, history, dpr } = frame;
  const unit = plotWidth / columns;
  const every = Math.ceil((TIME_EVERY_PX * dpr) / unit / 100) * 100;
  context.fillStyle = token("muted");
  context.textAlign = "center";
  const first = Math.max(history.first, history.length - columns);
  // Labels stand at whole multiples of columns, so that they move with the picture.
  const start = Math.ceil(first / every) * every;
  for (let column = start; column < history.length; column += every) {
    const x = plotWidth - (history.length - column) * unit;
    if (x < 30 * dpr || x > plotWidth - 20 * dpr) continue;
    context.fillText(clock(history.time(column)), x, plotHeight + 9 * dpr);
  }
}

function drawMid(context: Context, frame: Frame): void {
  const { columns, plotWidth, history, dpr } = frame;
  const unit = plotWidth / columns;
  const first = Math.max(history.first, history.length - columns);
  let isDown = false;
  context.beginPath();
  for (let column = first; column < history.length; column += 1) {
    const mid = history.mid(column);
    if (Number.isNaN(mid)) {
      isDown = false;
      continue;
    }
    const x = plotWidth - (history.length - column - 0.5) * unit;
    const y = yOf(mid, frame);
    if (isDown) context.lineTo(x, y);
    else context.moveTo(x, y);
    isDown = true;
  }
  // A dark edge lets the line be seen over any shade.
  context.lineJoin = "round";
  context.strokeStyle = token("bg");
  context.lineWidth = 3.5 * dpr;
  context.stroke();
  context.strokeStyle = token("accent");
  context.lineWidth = 1.5 * dpr;
  context.stroke();
  const last = history.mid(history.length - 1);
  if (Number.isNaN(last)) return;
  const text = figure("price", last * history.tick, frame.decimals);
  pill(context, frame, text, plotWidth + 3 * dpr, yOf(last, frame), {
    ground: token("accent"),
    ink: token("accent-ink"),
  });
}

function drawWalls(context: Context, frame: Frame): void {
  const { history, view, picture, dpr, plotWidth } = frame;
  const column = history.length - 1;
  if (!history.isKnown(column)) return;
  const { bids, asks } = picture.sums(history, view, column);
  for (const [sizes, color] of [
    [bids, token("up")],
    [asks, token("down")],
  ] as const) {
    for (const row of largest(sizes, frame)) {
      const value = (sizes[row] ?? 0) * (view.top - row) * view.size * history.tick;
      const y = (row + 0.5) * frame.rowHeight;
      const text = compact(value);
      const width = context.measureText(text).width + 10 * dpr;
      const look = { ground: token("raised"), ink: color };
      pill(context, frame, text, plotWidth - width - 4 * dpr, y, look);
    }
  }
}

/** Rows of the largest walls, some way apart. */
function largest(sizes: Float32Array, frame: Frame): number[] {
  const apart = (WALL_APART_PX * frame.dpr) / frame.rowHeight;
  const walls = [...sizes.keys()]
    .filter((row) => (sizes[row] ?? 0) >= frame.wall)
    .sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  const chosen: number[] = [];
  for (const row of walls) {
    if (chosen.length === WALLS_A_SIDE) break;
    if (chosen.every((other) => Math.abs(other - row) >= apart)) chosen.push(row);
  }
  return chosen;
}

function drawCursor(context: Context, frame: Frame, { column, row }: Cursor): void {
  const { plotWidth, plotHeight, history, columns, rowHeight, dpr } = frame;
  const x = plotWidth - ((history.length - column - 0.5) * plotWidth) / columns;
  const y = (row + 0.5) * rowHeight;
  context.strokeStyle = token("muted");
  context.lineWidth = dpr;
  context.setLineDash([3 * dpr, 3 * dpr]);
  context.beginPath();
  context.moveTo(0, y);
  context.lineTo(plotWidth, y);
  context.moveTo(x, 0);
  context.lineTo(x, plotHeight);
  context.stroke();
  context.setLineDash([]);
}

function pill(
  context: Context,
  { dpr }: Frame,
  text: string,
  x: number,
  y: number,
  look: { ground: string; ink: string },
): void {
  const width = context.measureText(text).width + 10 * dpr;
  context.fillStyle = look.ground;
  context.beginPath();
  context.roundRect(x, y - 8 * dpr, width, 16 * dpr, 3 * dpr);
  context.fill();
  context.fillStyle = look.ink;
  context.textAlign = "left";
  context.fillText(text, x + 5 * dpr, y + 0.5 * dpr);
}

/** How much time so many columns are: `2 min`. */
export function spanWords(columns: number): string {
  const seconds = Math.round((columns * COLUMN_MS) / 1000);
  return seconds < 100 ? `${seconds} s` : `${(seconds / 60).toFixed(1)} min`;
}
