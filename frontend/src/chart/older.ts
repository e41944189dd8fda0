/** Candles before those that the live topic gives, page by page as one scrolls. */

import { ApiError, ask } from "../lib/api";
import { moment } from "../lib/format";
import type { CandleRow } from "../lib/frames";
import type { IndicatorPage } from "./values";

const PAGE = 300;
/** After a failure the next try waits so long, or as long as the board says. */
const REST_S = 5;

interface Answer extends IndicatorPage {
  has_older: boolean | null;
  candles: {
    open_time: number;
    open: string;
    high: string;
    low: string;
    close: string;
    volume: number;
  }[];
}

export type OlderState =
  | { kind: "more" | "loading" }
  | { kind: "none"; since: number }
  | { kind: "failed"; message: string };

/** What is said at the oldest end; `isThere`: the view shows it. */
export function edgeWords(state: OlderState, isThere: boolean): string {
  if (state.kind === "loading") return "Loading older candles…";
  if (state.kind === "failed") return `Older candles did not come: ${state.message}`;
  if (state.kind === "none" && isThere)
    return `No older candles: they begin ${moment(state.since, true)}.`;
  return "";
}

/** Indicators that are wanted with the candles, and who takes their values. */
export interface Wanted {
  names: string;
  take: (page: IndicatorPage) => void;
}

/** Reads the past of one pair in one timeframe; made anew for another. */
export class OlderCandles {
  state: OlderState = { kind: "more" };
  #restsUntil = 0;

  constructor(
    readonly symbol: string,
    readonly timeframe: string,
    readonly life: AbortSignal,
    readonly wanted: Wanted | null = null,
  ) {}

  /** Return the page before a time, nothing while another is on its way or none is. */
  async before(time: number): Promise<CandleRow[]> {
    if (this.state.kind === "loading" || this.state.kind === "none") return [];
    if (performance.now() < this.#restsUntil) return [];
    this.state = { kind: "loading" };
    try {
      return this.#take(await this.#page(time), time);
    } catch (error) {
      this.#fail(error);
      return [];
    }
  }

  #take(answer: Answer, time: number): CandleRow[] {
    this.wanted?.take(answer);
    const rows = answer.candles.map(rowOf).filter(([opened]) => opened < time);
    this.state = answer.has_older
      ? { kind: "more" }
      : { kind: "none", since: rows[0]?.[0] ?? time };
    return rows;
  }

  #fail(error: unknown): void {
    const waitS = error instanceof ApiError ? error.retryAfterS : null;
    this.#restsUntil = performance.now() + 1000 * (waitS ?? REST_S);
    const message = error instanceof Error ? error.message : String(error);
    this.state = { kind: "failed", message };
  }

  async #page(time: number): Promise<Answer> {
    const names = this.wanted?.names ?? "";
    const query = new URLSearchParams({
      timeframe: this.timeframe,
      limit: String(PAGE),
      // With the candle that is there, where running sums of both pages meet.
      end: String(names ? time + 1 : time),
      reach: "exchange",
    });
    if (names) query.set("indicators", names);
    const symbol = encodeURIComponent(this.symbol);
    return ask<Answer>(`coins/${symbol}/candles?${query}`, this.life);
  }
}

function rowOf(candle: Answer["candles"][number]): CandleRow {
  const { open_time, open, high, low, close, volume } = candle;
  return [open_time, Number(open), Number(high), Number(low), Number(close), volume];
}
