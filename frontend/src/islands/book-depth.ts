/** The book's depth as curves, with what one would get up to a price. */

import { depthWords, drawDepth } from "../book/depth";
import { watchBook } from "../book/watch";
import { oncePerFrame, part, setText } from "../lib/dom";
import { THEME_CHANGED } from "../lib/tokens";
import { pairOf } from "../market/pairs";

export function mount(element: HTMLElement, life: AbortSignal): void {
  const canvas = part(element, "canvas") as HTMLCanvasElement;
  const words = part(element, "words");
  const symbol = element.dataset.pair ?? "";
  const pair = pairOf(symbol);
  const listen = { signal: life };
  let pointedX: number | null = null;

  const draw = oncePerFrame(() => {
    if (life.aborted) return;
    const spot = drawDepth(canvas, book, pair.decimals, pointedX);
    setText(words, spot ? depthWords(spot, pair) : "");
  });
  const book = watchBook(symbol, draw, life);
  const point = (event: PointerEvent) => {
    pointedX = event.offsetX;
    draw();
  };
  canvas.addEventListener("pointermove", point, listen);
  canvas.addEventListener("pointerdown", point, listen);
  canvas.addEventListener(
    "pointerleave",
    (event) => {
      if (event.pointerType === "mouse") pointedX = null;
      draw();
    },
    listen,
  );
  canvas.addEventListener(
    "keydown",
    (event) => {
      const by = { ArrowLeft: -8, ArrowRight: 8 }[event.key];
      if (!by) return;
      event.preventDefault();
      const from = pointedX ?? canvas.clientWidth / 2;
      pointedX = Math.max(0, Math.min(canvas.clientWidth, from + by));
      draw();
    },
    listen,
  );
  document.addEventListener(THEME_CHANGED, draw, listen);
  const resized = new ResizeObserver(draw);
  resized.observe(canvas);
  life.addEventListener("abort", () => {
    resized.disconnect();
  });
}
