/** The order book of a pair over time, ten columns a second. */

import type { OrderBook } from "../book/book";
import { listenToGestures } from "../book/gestures";
import { Heatmap } from "../book/heatmap";
import { BookHistory, COLUMN_MS } from "../book/history";
import { spanWords } from "../book/marks";
import { Recorder } from "../book/recorder";
import { placeTip, showTip } from "../book/tip";
import { watchBook } from "../book/watch";
import { bookWords } from "../book/words";
import { oncePerFrame, part, setText } from "../lib/dom";
import { figure } from "../lib/format";
import { liveSocket } from "../lib/socket";
import { THEME_CHANGED } from "../lib/tokens";
import { pairMetrics } from "../market/metrics";
import { pairOf } from "../market/pairs";

function spanTicks(book: OrderBook, tick: number): number {
  const [low, high] = [book.bids.prices.at(-1) ?? NaN, book.asks.prices.at(-1) ?? NaN];
  return Number.isNaN(high - low) ? 0 : (high - low) / tick;
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const canvas = part(element, "canvas") as HTMLCanvasElement;
  const tip = part(element, "tip");
  const state = part(element, "state");
  const simulated = part(element, "simulated");
  const symbol = element.dataset.pair ?? "";
  const tick = Number(element.dataset.tick);
  const pair = pairOf(symbol);
  const heatmap = new Heatmap(canvas, new BookHistory(tick), pair.decimals);
  const { history } = heatmap;
  const recorder = new Recorder(history);
  const metrics = pairMetrics(symbol);
  const listen = { signal: life };

  const draw = oncePerFrame(() => {
    if (life.aborted) return;
    heatmap.draw();
    const { cursor } = heatmap;
    showTip(tip, cursor && heatmap.spot(cursor), pair);
    if (cursor) placeTip(tip, heatmap.placeOf(cursor), canvas);
  });
  // The columns are what is drawn: a change waits for the next of them.
  const book = watchBook(symbol, () => undefined, life);

  const showBucket = () => {
    const step = figure("price", heatmap.bucket * tick, pair.decimals);
    setText(part(element, "bucket"), `${step} a row`);
    setText(part(element, "span"), spanWords(heatmap.columns));
  };
  const zoom = (by: 1 | -1) => {
    if (heatmap.zoom(by)) heatmap.cursor = null;
    showBucket();
    draw();
  };
  const record = () => {
    const words = bookWords(book, liveSocket().report().connection);
    setText(state, words);
    state.hidden = words === "";
    simulated.hidden = book.source !== "simulated";
    if (book.state === "waiting") return;
    const known = words === "" ? book : null;
    const pushed = recorder.record(known, performance.now(), metrics.now());
    if (pushed === 0) return;
    heatmap.advance(history.length - pushed, spanTicks(book, tick));
    showBucket();
    draw();
  };
  const step = (columns: number, rows: number) => {
    const last = history.length - 1;
    const { column, row } = heatmap.cursor ?? { column: last, row: heatmap.rows >> 1 };
    heatmap.cursor = {
      column: Math.max(history.first, Math.min(last, column + columns)),
      row: Math.max(0, Math.min(heatmap.rows - 1, row + rows)),
    };
    draw();
  };
  const point = (place: { x: number; y: number } | null) => {
    heatmap.cursor = place && heatmap.at(place.x, place.y);
    draw();
  };

  listenToGestures(canvas, { zoom, point, step }, life);
  const closer = () => {
    zoom(-1);
  };
  const wider = () => {
    zoom(1);
  };
  const recolor = () => {
    heatmap.recolor();
    draw();
  };
  part(element, "closer").addEventListener("click", closer, listen);
  part(element, "wider").addEventListener("click", wider, listen);
  document.addEventListener(THEME_CHANGED, recolor, listen);
  const resized = new ResizeObserver(() => {
    heatmap.resize();
    showBucket();
    draw();
  });
  resized.observe(canvas);
  const timer = setInterval(record, COLUMN_MS);
  life.addEventListener("abort", () => {
    resized.disconnect();
    clearInterval(timer);
  });
}
