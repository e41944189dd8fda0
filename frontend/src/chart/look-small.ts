/** The small charts' colours, read once a theme. */

import { token } from "../lib/tokens";

interface SmallLook {
  font: string;
  line: string;
  text: string;
  faint: string;
  quiet: string;
  tag: string;
  tagText: string;
  /** Rising, falling. */
  candle: [string, string];
  volume: [string, string];
}

let look: SmallLook | null = null;

/** Return the look under the present theme. */
export function smallLook(): SmallLook {
  look ??= {
    font: `10px ${token("sans")}`,
    line: token("line-soft"),
    text: token("muted"),
    faint: token("faint"),
    quiet: token("quiet"),
    tag: token("quiet"),
    tagText: token("text"),
    candle: [token("up"), token("down")],
    volume: [token("up-bg"), token("down-bg")],
  };
  return look;
}

/** Forget it: the theme has changed. */
export function clearSmallLook(): void {
  look = null;
}
