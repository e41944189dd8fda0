/** The rows of the screen, asked for once a second: one question, told by its tag. */

import { ApiError, refusal } from "../lib/api";
import type { Value } from "./metrics";
import type { ScreenState } from "./state";

const EVERY_MS = 1_000;
const AGAIN_MS = 3_000;

export type Coin = Record<string, Value> & { symbol: string; base_asset: string };

export interface Rows {
  total: number;
  market_total: number;
  page: number;
  pages: number;
  as_of: number;
  coins: Coin[];
  pinned: Coin[];
}

/** Tells `rows` when there are newer ones, `fault` when there are none to be had. */
export class RowsSource extends EventTarget {
  rows: Rows | null = null;
  fault: ApiError | null = null;
  readonly #state: ScreenState;
  readonly #life: AbortSignal;
  #asking = new AbortController();
  #timer: number | undefined;
  #tag = "";

  constructor(state: ScreenState, life: AbortSignal) {
    super();
    this.#state = state;
    this.#life = life;
    const now = () => {
      this.askNow();
    };
    state.addEventListener("change", now, { signal: life });
    document.addEventListener("visibilitychange", now, { signal: life });
    life.addEventListener("abort", () => {
      this.#stop();
    });
  }

  /** Ask at once: what was on its way answers an older question. */
  askNow(): void {
    this.#stop();
    this.#asking = new AbortController();
    if (!this.#life.aborted && !document.hidden) void this.#ask(this.#asking.signal);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#asking.abort();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const began = performance.now();
    let wait: number | null = EVERY_MS;
    try {
      await this.#read(signal);
    } catch (error) {
      if (signal.aborted) return;
      wait = this.#waitAfter(error);
    }
    if (signal.aborted || wait === null) return;
    this.#timer = setTimeout(
      () => void this.#ask(signal),
      Math.max(0, began + wait - performance.now()),
    );
  }

  async #read(signal: AbortSignal): Promise<void> {
    const asked = this.#state.question();
    asked.set("page", String(this.#state.view.page));
    asked.set("limit", String(this.#state.view.limit));
    const answer = await fetch(`/api/screener?${asked.toString()}`, { signal });
    if (!answer.ok) throw await refusal(answer);
    const tag = answer.headers.get("ETag") ?? "";
    if (tag && tag === this.#tag && !this.fault) return;
    const rows = (await answer.json()) as Rows;
    if (signal.aborted) return;
    this.#tag = tag;
    this.rows = rows;
    this.fault = null;
    this.dispatchEvent(new Event("rows"));
  }

  // A question that is wrong stays wrong until it is changed.
  #waitAfter(error: unknown): number | null {
    this.fault =
      error instanceof ApiError ? error : new ApiError("The board does not answer.", null);
    this.dispatchEvent(new Event("fault"));
    if (this.fault.status === 400) return null;
    return Math.max(AGAIN_MS, 1_000 * (this.fault.retryAfterS ?? 0));
  }
}
