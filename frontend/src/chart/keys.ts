/** The chart by keyboard: arrows scroll, plus and minus zoom, End goes to now. */

import type { CandleCanvas } from "./canvas";

const STEP = 10;

export function chartKeys(
  element: HTMLElement,
  canvas: CandleCanvas,
  life: AbortSignal,
): void {
  const actions: Record<string, () => void> = {
    ArrowLeft: () => {
      canvas.scrollBy(-STEP);
    },
    ArrowRight: () => {
      canvas.scrollBy(STEP);
    },
    "+": () => {
      canvas.zoom(0.8);
    },
    "-": () => {
      canvas.zoom(1.25);
    },
    End: () => {
      canvas.showNewest();
    },
  };
  element.addEventListener(
    "keydown",
    (event) => {
      const action = actions[event.key === "=" ? "+" : event.key];
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!action || !isPlain) return;
      event.preventDefault();
      action();
    },
    { signal: life },
  );
}
