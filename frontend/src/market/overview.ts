/** The market as a whole as the page knows it: named parts of one window. */

import { liveSocket } from "../lib/socket";

export interface Mover {
  symbol: string;
  base_asset: string;
  quote_asset: string;
  price: string | null;
  change: number | null;
  quote_volume: number | null;
  relative_volume: number | null;
}

export interface Leader extends Mover {
  mark_price: string | null;
  funding_rate: number | null;
}

export interface Category {
  name: string;
  members: number;
  mean_change: number | null;
  median_change: number | null;
}

export interface Whole {
  window: string;
  breadth: { advancing: number; declining: number; unchanged: number };
  median_change: number | null;
  quote_volume_1d: number;
  relative_volume: number | null;
  leader: Leader | null;
  strongest: Mover | null;
  most_active: Mover | null;
  categories: Category[];
}

interface Parts {
  parts: Record<string, unknown>;
}

export class MarketOverview extends EventTarget {
  #parts = new Map<string, unknown>();
  #listening = new AbortController();
  #window: string;

  constructor(window: string) {
    super();
    this.#window = window;
    this.#listen();
  }

  get window(): string {
    return this.#window;
  }

  get whole(): Whole | null {
    return (this.#parts.get("market") as Whole | undefined) ?? null;
  }

  list(name: string): Mover[] | null {
    return (this.#parts.get(name) as Mover[] | undefined) ?? null;
  }

  /** The last day of a pair in heights from 0 to 100. */
  spark(symbol: string): number[] {
    return (this.#parts.get(`spark.${symbol}`) as number[] | undefined) ?? [];
  }

  /** Follow another window; what is shown stays until its first answer. */
  choose(window: string): void {
    if (window === this.#window) return;
    this.#window = window;
    this.#listening.abort();
    this.#listening = new AbortController();
    this.#listen();
  }

  #listen(): void {
    liveSocket().subscribe(
      `overview.${this.#window}`,
      (data, frame) => {
        const { parts } = data as Parts;
        if (frame.type === "snapshot") this.#parts.clear();
        for (const [name, part] of Object.entries(parts)) this.#parts.set(name, part);
        this.dispatchEvent(new Event("change"));
      },
      this.#listening.signal,
    );
  }
}

let shared: MarketOverview | null = null;

/** The page's overview, kept by one subscription; the first caller names the window. */
export function marketOverview(window: string): MarketOverview {
  return (shared ??= new MarketOverview(window));
}
