/** Colours of the heatmap, mixed from the tokens of the present theme. */

import { token } from "../lib/tokens";
import { SHADES } from "./scale";

type Color = readonly [red: number, green: number, blue: number];

/** A shade's pixel as a canvas stores it, by shade. */
export interface HeatColors {
  bids: Uint32Array;
  asks: Uint32Array;
  /** Where nothing lies in the book. */
  empty: number;
  /** Where the book was not known. */
  unknown: number;
}

/** The part of the shades that runs from the ground to the side's colour. */
const TO_COLOR = 0.72;
/** How far the largest sizes go on towards the colour of text. */
const TO_TEXT = 0.8;

/** Read the tokens; to be called again when the theme has changed. */
export function heatColors(): HeatColors {
  const read = colorReader();
  const ground = read(token("surface"));
  const text = read(token("text"));
  return {
    bids: ramp(ground, read(token("up")), text),
    asks: ramp(ground, read(token("down")), text),
    empty: pixel(ground),
    unknown: pixel(read(token("bg"))),
  };
}

/** Mix two colours; `share` of the second. */
export function mix(one: Color, other: Color, share: number): Color {
  const part = (at: 0 | 1 | 2) => Math.round(one[at] + share * (other[at] - one[at]));
  return [part(0), part(1), part(2)];
}

/** Return a function that turns any CSS colour into its parts. */
export function colorReader(): (color: string) => Color {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (color) => {
    if (!context) return [0, 0, 0];
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return [red ?? 0, green ?? 0, blue ?? 0];
  };
}

function ramp(ground: Color, color: Color, text: Color): Uint32Array {
  return Uint32Array.from({ length: SHADES }, (_, shade) => {
    const at = (shade + 1) / SHADES;
    if (at <= TO_COLOR) return pixel(mix(ground, color, at / TO_COLOR));
    const beyond = (at - TO_COLOR) / (1 - TO_COLOR);
    return pixel(mix(color, text, TO_TEXT * beyond));
  });
}

// Canvases store red first in memory, and all machines that browsers run on are
// little-endian.
function pixel([red, green, blue]: Color): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
