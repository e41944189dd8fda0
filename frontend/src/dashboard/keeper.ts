/** Keeps what a person arranges: on the server, a moment after the last change. */

import { send } from "../lib/api";

const AFTER_MS = 400;

export interface Layout {
  timeframe: string;
  window: string;
  charts: { symbol: string; timeframe: string }[];
}

/** Keep a layout; raises an ApiError with the server's words where it refuses. */
export async function keepLayout(layout: Layout): Promise<void> {
  // A person may leave the page right after a change.
  await send("PUT", "dashboard", layout, { keepalive: true });
}

export class Keeper {
  readonly #read: () => Layout;
  readonly #say: (text: string) => void;
  #timer: number | undefined;

  constructor(read: () => Layout, say: (text: string) => void, life: AbortSignal) {
    this.#read = read;
    this.#say = say;
    addEventListener(
      "pagehide",
      () => {
        if (this.#timer !== undefined) void this.#keep();
      },
      { signal: life },
    );
  }

  /** Keep the layout as it will be when the person pauses. */
  changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#keep(), AFTER_MS);
  }

  async #keep(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      await keepLayout(this.#read());
      this.#say("");
    } catch (error) {
      const reason = error instanceof Error ? error.message : "The board is away.";
      this.#say(`This arrangement is not kept: ${reason}`);
    }
  }
}
