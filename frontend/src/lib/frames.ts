/** What the board's socket says. */

export interface DataFrame {
  type: "snapshot" | "update";
  topic: string;
  seq: number;
  /** First of the updates merged into this one, where several were. */
  from_seq?: number;
  data: unknown;
}

export type Frame =
  | DataFrame
  | { type: "error"; code: string; message: string; field?: string }
  | { type: "pong" }
  | { type: "bye"; reason: string };

/** One number for every row, null where it has no meaning. */
export type Cell = string | number | null;

export interface TicksData {
  as_of: number;
  columns: string[];
  rows: Cell[][];
}

/** Open time, open, high, low, close, volume. */
export type CandleRow = [number, number, number, number, number, number];

export interface CandlesData {
  candles: CandleRow[];
  closed: boolean;
}

export interface MetricsData {
  as_of: number;
  metrics: Record<string, number | null>;
}

export interface StreamState {
  frames_per_minute: number;
  last_frame_at_ms: number | null;
  state: "live" | "silent" | "idle";
}

export interface ConnectionState {
  name: string;
  is_open: boolean;
  streams: number;
  reconnects: number;
  last_error: string;
}

export interface FeedState {
  venue: string;
  market: { kind: string; key: string; label: string; book?: string };
  phase: "starting" | "filling" | "live" | "degraded";
  fill: { done: number; total: number };
  warm: { done: number; total: number };
  as_of_ms: number | null;
  published_at_ms: number;
  last_closed_ms: number | null;
  instruments: number;
  delay_ms: { p50: number | null; p95: number | null };
  streams: Record<string, StreamState>;
  connections: ConnectionState[];
  weight: { used: number; limit: number; blocked_until_ms: number | null };
  counters: Record<string, number>;
  watched: Record<string, number>;
  problems: { code: string; message: string; since_ms: number }[];
}

/** Read one message; null where it is not one of ours. */
export function parseFrame(text: string): Frame | null {
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame === "object" && frame !== null && "type" in frame)
      return frame as Frame;
  } catch {
    return null;
  }
  return null;
}
