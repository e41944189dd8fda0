/** What the feed says of itself: phase, streams, connections, weight, counters. */

import { make, part, setText } from "../lib/dom";
import { age, count, moment, NO_VALUE, utc } from "../lib/format";
import type { ConnectionState, FeedState, StreamState } from "../lib/frames";
import { liveSocket } from "../lib/socket";

const PHASES: Record<FeedState["phase"], string> = {
  starting: "Starting",
  filling: "Filling the last day",
  live: "Live",
  degraded: "Degraded",
};

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function streamRow(kind: string, stream: StreamState, nowMs: number): HTMLTableRowElement {
  const row = make("tr");
  const head = make("th", "", words(kind));
  head.scope = "row";
  const since =
    stream.last_frame_at_ms === null ? NO_VALUE : age(nowMs - stream.last_frame_at_ms);
  row.append(
    head,
    make("td", `state state-${stream.state}`, stream.state),
    make("td", "", count(stream.frames_per_minute)),
    make("td", "", since),
  );
  return row;
}

function connectionRow(connection: ConnectionState): HTMLTableRowElement {
  const row = make("tr");
  const head = make("th", "", connection.name);
  head.scope = "row";
  const state = connection.is_open ? "live" : "silent";
  const cell = make("td", `state state-${state}`, connection.is_open ? "open" : "closed");
  cell.title = connection.last_error;
  row.append(
    head,
    cell,
    make("td", "", count(connection.streams)),
    make("td", "", count(connection.reconnects)),
  );
  return row;
}

function problemItem(problem: FeedState["problems"][number]): HTMLLIElement {
  const item = make("li");
  const since = make("time", "muted", `since ${moment(problem.since_ms)}`);
  since.title = utc(problem.since_ms);
  item.append(make("span", "warn", problem.message), since);
  return item;
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const show = (name: string, text: string) => {
    setText(part(element, name), text);
  };
  const fill = (state: FeedState) => {
    const { done, total } = state.fill;
    const isFilling = state.phase === "filling" || state.phase === "starting";
    part(element, "fill").hidden = !isFilling || total === 0;
    const bar = part(element, "fill-bar") as HTMLProgressElement;
    bar.max = Math.max(1, total);
    bar.value = done;
    show("fill-text", `${count(done)} of ${count(total)} pairs`);
  };
  const warm = ({ done, total }: FeedState["warm"]) => {
    part(element, "warm").hidden = done >= total;
    const bar = part(element, "warm-bar") as HTMLProgressElement;
    bar.max = Math.max(1, total);
    bar.value = done;
    show("warm-text", `Long indicators: ${count(done)} of ${count(total)} histories`);
  };
  const weight = ({ used, limit, blocked_until_ms }: FeedState["weight"]) => {
    const meter = part(element, "weight-meter") as HTMLMeterElement;
    meter.max = Math.max(1, limit);
    meter.high = 0.8 * meter.max;
    meter.value = used;
    show("weight", `${count(used)} of ${count(limit)}`);
    const isBlocked = blocked_until_ms !== null && blocked_until_ms > Date.now();
    show(
      "weight-note",
      isBlocked ? `blocked until ${moment(blocked_until_ms)}` : "this minute",
    );
  };
  const figures = (name: "counter" | "watched", numbers: Record<string, number>) => {
    for (const figure of element.querySelectorAll<HTMLElement>(`[data-${name}]`)) {
      setText(figure, count(numbers[figure.dataset[name] ?? ""] ?? 0));
    }
  };

  liveSocket().subscribe(
    "feed",
    (data) => {
      const state = data as FeedState;
      show("phase", PHASES[state.phase]);
      part(element, "phase").className = `tile-value phase-${state.phase}`;
      fill(state);
      warm(state.warm);
      weight(state.weight);
      show("instruments", count(state.instruments));
      const { p50, p95 } = state.delay_ms;
      show("delay", p50 === null ? NO_VALUE : `${count(p50)} ms`);
      show("delay-note", p95 === null ? "no event yet" : `p95 ${count(p95)} ms`);
      const closed = part(element, "closed");
      setText(
        closed,
        state.last_closed_ms === null ? NO_VALUE : moment(state.last_closed_ms),
      );
      closed.title = state.last_closed_ms === null ? "" : utc(state.last_closed_ms);
      part(element, "streams").replaceChildren(
        ...Object.entries(state.streams).map(([kind, stream]) =>
          streamRow(kind, stream, state.published_at_ms),
        ),
      );
      part(element, "connections").replaceChildren(...state.connections.map(connectionRow));
      part(element, "problems").replaceChildren(...state.problems.map(problemItem));
      part(element, "no-problems").hidden = state.problems.length > 0;
      figures("counter", state.counters);
      figures("watched", state.watched);
    },
    life,
  );
}
