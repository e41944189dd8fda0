/** What a rule would have done: asked while it is written, drawn beside it. */

import { ApiError, ask, send } from "../lib/api";
import { make, part, setText } from "../lib/dom";
import { change, count, figure, NO_VALUE } from "../lib/format";
import { drawPaths } from "./paths";
import type { Horizon, Job, PastRecord, Preview, Understood } from "./shapes";
import { daysWords, numberOf, percents, range } from "./words";

const AFTER_MS = 450;
const POLL_EVERY_MS = 600;
const DAYS = 30;
const NAMES: Record<number, string> = { 15: "15m", 60: "1h", 240: "4h", 1440: "24h" };

type Answer = Preview | Job;

export interface Hearer {
  /** The board has understood the rule. */
  understood: (rule: Understood) => void;
  /** It has not: sentences by field. */
  refused: (error: ApiError) => void;
}

function nameOf(minutes: number): string {
  return NAMES[minutes] ?? `${minutes}m`;
}

export class RecordPanel {
  readonly #root: HTMLElement;
  readonly #life: AbortSignal;
  readonly #hearer: Hearer;
  #body: object | null = null;
  #timer: number | undefined;
  #asking = new AbortController();

  constructor(root: HTMLElement, hearer: Hearer, life: AbortSignal) {
    this.#root = root;
    this.#hearer = hearer;
    this.#life = life;
    for (const name of ["target", "stop"]) {
      part(root, name).addEventListener(
        "input",
        () => {
          if (this.#body) this.ask(this.#body);
        },
        { signal: life },
      );
    }
  }

  /** Ask for the record of a rule, once it has not changed for a moment. */
  ask(body: object): void {
    this.#stop();
    this.#body = body;
    part(this.#root, "figures").classList.add("is-waiting");
    this.#timer = setTimeout(() => void this.#ask(body), AFTER_MS);
  }

  /** There is nothing to ask for. */
  rest(why: string): void {
    this.#stop();
    this.#body = null;
    this.#showNothing(why);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#asking.abort();
    part(this.#root, "progress").hidden = true;
  }

  async #ask(body: object): Promise<void> {
    this.#asking = new AbortController();
    const signal = AbortSignal.any([this.#asking.signal, this.#life]);
    const aim = {
      days: DAYS,
      target_pct: this.#percent("target"),
      stop_pct: this.#percent("stop"),
    };
    try {
      const sent = await send(
        "POST",
        "alerts/preview",
        { ...body, ...aim },
        { life: signal },
      );
      let answer = (await sent.json()) as Answer;
      this.#hearer.understood(answer);
      while ("job" in answer) {
        this.#showProgress(answer.progress);
        await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
        if (signal.aborted) return;
        answer = await ask<Answer>(`alerts/preview/${answer.job}`, signal);
      }
      this.#show(answer);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status === 400) this.#hearer.refused(error);
      this.#showNothing(
        error instanceof ApiError ? error.message : "The board does not answer.",
      );
    }
  }

  #percent(name: string): number {
    const value = numberOf((part(this.#root, name) as HTMLInputElement).value);
    return Number.isNaN(value) ? 1 : value;
  }

  #showProgress(progress: number): void {
    const bar = part(this.#root, "progress") as HTMLProgressElement;
    bar.hidden = false;
    bar.value = progress;
    setText(
      part(this.#root, "said"),
      `Reading ${DAYS} days: ${Math.round(100 * progress)} %`,
    );
  }

  #showNothing(why: string): void {
    part(this.#root, "progress").hidden = true;
    part(this.#root, "figures").classList.remove("is-waiting");
    for (const name of ["fires", "up", "base", "hit"]) {
      setText(part(this.#root, name), NO_VALUE);
    }
    for (const name of ["a-day", "up-range", "hit-range", "hit-base", "missing"]) {
      setText(part(this.#root, name), "");
    }
    part(this.#root, "paths").replaceChildren();
    part(this.#root, "horizons").replaceChildren();
    setText(part(this.#root, "said"), why);
  }

  #show({ record, problems }: Preview): void {
    if (!record) {
      const first = problems[0];
      const why = typeof first === "string" ? first : first?.message;
      this.#showNothing(why ?? "There is no past to read yet.");
      return;
    }
    part(this.#root, "progress").hidden = true;
    part(this.#root, "figures").classList.remove("is-waiting");
    const put = (name: string, text: string) => {
      setText(part(this.#root, name), text);
    };
    const first = record.fires_list[0]?.symbol ?? "one pair";
    const pairs = `, ${record.pairs === 1 ? first : `${count(record.pairs)} pairs`}`;
    put("record-of", daysWords(record.days) + pairs);
    put("fires", count(record.fires));
    put("a-day", record.fires_a_day === null ? "" : `${perDay(record.fires_a_day)} a day`);
    this.#showShares(record);
    put("said", record.sentence);
    put("missing", missing(record));
    part(this.#root, "horizons").replaceChildren(...horizons(record.horizons));
    this.#showPaths(record);
  }

  #showShares({ horizons, hit }: PastRecord): void {
    const hour = horizons.find(({ minutes }) => minutes === 60);
    const put = (name: string, text: string) => {
      setText(part(this.#root, name), text);
    };
    put("up", share(hour?.share_up));
    put("up-range", range(hour?.low, hour?.high));
    put("base", share(hour?.base_share_up));
    put("hit", share(hit?.rate));
    put("hit-range", range(hit?.low, hit?.high));
    put("hit-base", hit ? `any minute ${share(hit.base_rate)}` : "");
  }

  #showPaths({ fires_list: fires, path_minutes: minutes }: PastRecord): void {
    const place = part(this.#root, "paths");
    // Each begins where it fired, of which no value has to be told.
    const paths = fires.map(({ path }) => [0, ...path]).filter(({ length }) => length > 1);
    if (paths.length === 0) {
      place.replaceChildren();
      return;
    }
    const axis = make("div", "paths-axis");
    axis.append(make("span", "", "fire"));
    const last = minutes.at(-1) ?? 0;
    if (last > 60) {
      const hour = make("span", "", "+1h");
      hour.style.left = `${(100 * 60) / last}%`;
      hour.className = "paths-hour";
      axis.append(hour);
    }
    axis.append(make("span", "", `+${nameOf(last)}`));
    const picture = drawPaths(paths, [0, ...minutes]);
    place.replaceChildren(picture, axis);
  }
}

function share(value: number | null | undefined): string {
  return value === null || value === undefined ? NO_VALUE : `${percents(value)} %`;
}

function perDay(value: number): string {
  return figure("price", value, value < 9.95 ? 1 : 0);
}

function missing({ missing_days: days }: PastRecord): string {
  if (days.length === 0) return "";
  const shown = days.slice(0, 3).join(", ");
  const more = days.length > 3 ? ` and ${days.length - 3} more` : "";
  return `Not stored, so not looked at: ${shown}${more}.`;
}

function horizons(found: readonly Horizon[]): Node[] {
  if (found.every(({ count: times }) => times === 0)) return [];
  const table = make("table", "table");
  const head = make("tr");
  for (const name of ["After", "Times", "Higher", "Any minute", "Mean", "Median"]) {
    const cell = make("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const top = make("thead");
  top.append(head);
  const body = make("tbody");
  for (const one of found) {
    const row = make("tr");
    const name = make("th", "", nameOf(one.minutes));
    name.scope = "row";
    row.append(name);
    const interval = range(one.low, one.high);
    const texts = [
      count(one.count),
      `${share(one.share_up)}${interval ? ` (${interval})` : ""}`,
      share(one.base_share_up),
      one.mean === null ? NO_VALUE : `${change(one.mean)} %`,
      one.median === null ? NO_VALUE : `${change(one.median)} %`,
    ];
    row.append(...texts.map((text) => make("td", "", text)));
    body.append(row);
  }
  table.append(top, body);
  return [table];
}
