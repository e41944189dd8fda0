/** The one socket of a page: topics, reconnection, and how old the values are. */

import { backoff } from "./backoff";
import { type DataFrame, parseFrame } from "./frames";
import { TopicSequence } from "./sequence";

/** After so long without a frame the values count as old. */
const STALE_AFTER_MS = 5_000;
const PING_EVERY_MS = 30_000;
/** A connection without any answer for so long is given up. */
const SILENT_AFTER_MS = 45_000;
const WATCH_EVERY_MS = 500;

export type Connection = "connecting" | "live" | "stale" | "offline";

export interface ConnectionReport {
  connection: Connection;
  /** Milliseconds since the last value came, null before the first. */
  ageMs: number | null;
  /** Milliseconds until the next try, null while there is a connection. */
  retryInMs: number | null;
}

type Handler = (data: unknown, frame: DataFrame) => void;

interface Topic {
  sequence: TopicSequence;
  handlers: Set<Handler>;
}

export class LiveSocket extends EventTarget {
  readonly #address: string;
  readonly #topics = new Map<string, Topic>();
  readonly #wanted = new Set<string>();
  readonly #left = new Set<string>();
  #socket: WebSocket | null = null;
  #failures = 0;
  #retryAt: number | null = null;
  #lastValueAt: number | null = null;
  #lastFrameAt = 0;
  #lastPingAt = 0;

  constructor(address: string) {
    super();
    this.#address = address;
    setInterval(() => {
      this.#watch();
    }, WATCH_EVERY_MS);
    addEventListener("online", () => {
      this.#retryAt &&= 0;
    });
    this.#connect();
  }

  /** Hear a topic until `life` ends: a snapshot first, then its changes. */
  subscribe(name: string, handler: Handler, life: AbortSignal): void {
    let topic = this.#topics.get(name);
    if (!topic) {
      topic = { sequence: new TopicSequence(), handlers: new Set() };
      this.#topics.set(name, topic);
    }
    topic.handlers.add(handler);
    // One more hearer of a known topic needs a snapshot as well: ask again.
    this.#ask(name);
    life.addEventListener("abort", () => {
      this.#leave(name, handler);
    });
  }

  /** How the connection is now. */
  report(): ConnectionReport {
    const now = performance.now();
    const ageMs = this.#lastValueAt === null ? null : now - this.#lastValueAt;
    const retryInMs = this.#retryAt === null ? null : Math.max(0, this.#retryAt - now);
    return { connection: this.#connection(ageMs), ageMs, retryInMs };
  }

  #connection(ageMs: number | null): Connection {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return ageMs === null && this.#failures === 0 ? "connecting" : "offline";
    }
    if (ageMs === null) return "connecting";
    return ageMs > STALE_AFTER_MS ? "stale" : "live";
  }

  #connect(): void {
    this.#retryAt = null;
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#lastFrameAt = this.#lastPingAt = performance.now();
      this.#askAll();
    });
    socket.addEventListener("message", (event: MessageEvent<string>) => {
      this.#receive(event.data);
    });
    socket.addEventListener("close", () => {
      if (this.#socket === socket) this.#retryLater();
    });
  }

  #retryLater(): void {
    this.#socket = null;
    this.#failures += 1;
    this.#retryAt = performance.now() + backoff(this.#failures);
    this.#tell();
  }

  #receive(text: string): void {
    this.#lastFrameAt = performance.now();
    const frame = parseFrame(text);
    if (frame?.type === "snapshot" || frame?.type === "update") this.#deliver(frame);
    else if (frame?.type === "bye") this.#socket?.close();
    else if (frame?.type === "error") {
      this.dispatchEvent(new CustomEvent("refused", { detail: frame }));
    }
  }

  #deliver(frame: DataFrame): void {
    const topic = this.#topics.get(frame.topic);
    if (!topic) return;
    const verdict = topic.sequence.judge(frame);
    if (verdict === "gap") this.#ask(frame.topic);
    if (verdict !== "apply") return;
    this.#failures = 0;
    this.#lastValueAt = this.#lastFrameAt;
    for (const handler of topic.handlers) handler(frame.data, frame);
  }

  #watch(): void {
    const now = performance.now();
    if (this.#retryAt !== null && now >= this.#retryAt) this.#connect();
    else if (this.#socket?.readyState === WebSocket.OPEN) {
      if (now - this.#lastFrameAt > SILENT_AFTER_MS) this.#giveUp();
      else if (now - this.#lastPingAt > PING_EVERY_MS) {
        this.#lastPingAt = now;
        this.#send({ op: "ping" });
      }
    }
    this.#tell();
  }

  // A dead network may keep `close` waiting for minutes: do not wait for it.
  #giveUp(): void {
    const socket = this.#socket;
    this.#retryLater();
    socket?.close();
  }

  #ask(name: string): void {
    if (this.#wanted.size === 0) {
      queueMicrotask(() => {
        const topics = [...this.#wanted].filter((wanted) => this.#topics.has(wanted));
        this.#wanted.clear();
        if (topics.length > 0) this.#send({ op: "subscribe", topics });
      });
    }
    this.#wanted.add(name);
  }

  #askAll(): void {
    for (const [name, topic] of this.#topics) {
      topic.sequence.reset();
      this.#ask(name);
    }
  }

  #leave(name: string, handler: Handler): void {
    const topic = this.#topics.get(name);
    topic?.handlers.delete(handler);
    if (topic?.handlers.size !== 0) return;
    this.#topics.delete(name);
    if (this.#left.size === 0) {
      queueMicrotask(() => {
        // Left and wanted again in one step: the subscription goes on.
        const topics = [...this.#left].filter((left) => !this.#topics.has(left));
        this.#left.clear();
        if (topics.length > 0) this.#send({ op: "unsubscribe", topics });
      });
    }
    this.#left.add(name);
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message));
    }
  }

  #tell(): void {
    this.dispatchEvent(new Event("report"));
  }
}

let shared: LiveSocket | null = null;

/** The page's socket, opened at its first use. */
export function liveSocket(): LiveSocket {
  shared ??= new LiveSocket(
    new URL("/ws", location.href.replace(/^http/, "ws")).toString(),
  );
  return shared;
}
