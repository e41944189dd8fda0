/** The side of the desk: folded to a strip and back, as this browser remembers. */

import { part } from "../lib/dom";

/** Narrower than this it lies over the page, so it is folded until asked for. */
const BESIDE = matchMedia("(min-width: 1200px)");

export function mount(element: HTMLElement, life: AbortSignal): void {
  const root = document.documentElement;
  const button = part(element, "fold");

  const isOpen = () =>
    root.dataset.side === undefined ? BESIDE.matches : root.dataset.side === "open";
  const show = () => {
    button.ariaExpanded = String(isOpen());
  };
  button.addEventListener(
    "click",
    () => {
      root.dataset.side = isOpen() ? "folded" : "open";
      localStorage.setItem("side", root.dataset.side);
      show();
    },
    { signal: life },
  );
  BESIDE.addEventListener("change", show, { signal: life });
  show();
}
