/** A cell that has changed shows it for a moment; nothing where less motion is asked for. */

import { tokenNumber } from "./tokens";

const mayMove = matchMedia("(prefers-reduced-motion: no-preference)");

/** Flash in the colour of the direction, and go back to what the cell has. */
export function flash(element: Element, direction: "up" | "down"): void {
  if (!mayMove.matches) return;
  element.animate([{ backgroundColor: `var(--${direction}-bg)` }], {
    duration: tokenNumber("flash"),
    easing: "ease-out",
  });
}
