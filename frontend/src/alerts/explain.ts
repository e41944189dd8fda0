/** Why an alert spoke of a pair at a minute, or why not. */

import { allFaults, ask, whatWentWrong } from "../lib/api";
import { make, part, setText } from "../lib/dom";
import { fetchPairs } from "../market/pair-list";
import { drawPart, type Part } from "../screener/why";
import { time } from "./pieces";
import type { Alert } from "./shapes";
import { localField } from "./words";

interface Explanation {
  reason: string;
  sentence: string;
  at_ms: number;
  missing: string[];
  explanation: Part | null;
}

const REASONS: Record<string, [label: string, badge: string]> = {
  fired: ["fired", "badge-accent"],
  still_open: ["still open", "badge-accent"],
  cool_down: ["cool-down", "badge-warn"],
  false: ["not true", ""],
  unknown: ["not known", "badge-warn"],
  stale: ["old data", "badge-warn"],
  quiet_hours: ["quiet hours", "badge-warn"],
  limit: ["limit", "badge-warn"],
  disabled: ["not active", ""],
  delivery_failed: ["not delivered", "badge-danger"],
};

export class ExplainPanel {
  readonly #root: HTMLElement;
  readonly #life: AbortSignal;
  readonly #alert: string;

  constructor(root: HTMLElement, life: AbortSignal) {
    this.#root = root;
    this.#life = life;
    this.#alert = root.dataset.alert ?? "";
    const form = part(root, "ask") as HTMLFormElement;
    this.#field("at").value = localField(Date.now() - 60_000);
    this.#field("of").value = root.dataset.symbol ?? "";
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        void this.#ask();
      },
      { signal: life },
    );
    void this.#offer();
  }

  /** Ask of a pair and a moment that were pressed elsewhere. */
  show(alert: number, symbol: string, atMs: number): void {
    const which = this.#root.querySelector<HTMLSelectElement>("[data-part=which]");
    if (which) which.value = String(alert);
    this.#field("of").value = symbol;
    this.#field("at").value = localField(atMs);
    void this.#ask();
  }

  #field(name: string): HTMLInputElement {
    return part(this.#root, name) as HTMLInputElement;
  }

  async #offer(): Promise<void> {
    try {
      const { pairs } = await fetchPairs();
      part(this.#root, "pairs").replaceChildren(
        ...pairs.map(([symbol]) => {
          const option = make("option");
          option.value = symbol;
          return option;
        }),
      );
      const which = this.#root.querySelector<HTMLSelectElement>("[data-part=which]");
      if (!which) return;
      const { alerts } = await ask<{ alerts: Alert[] }>("alerts", this.#life);
      which.replaceChildren(
        ...alerts.map(({ id, name }) => {
          const option = make("option", "", name);
          option.value = String(id);
          return option;
        }),
      );
    } catch (error) {
      if (!this.#life.aborted) this.#complain(whatWentWrong(error));
    }
  }

  async #ask(): Promise<void> {
    const asked = this.#question;
    if (typeof asked === "string") {
      this.#complain(asked);
      return;
    }
    part(this.#root, "tell").ariaBusy = "true";
    try {
      const path = `alerts/explain?${asked.toString()}`;
      this.#show(await ask<Explanation>(path, this.#life));
      this.#complain("");
    } catch (error) {
      if (this.#life.aborted) return;
      this.#complain(allFaults(error));
      part(this.#root, "answer").replaceChildren();
    }
    part(this.#root, "tell").ariaBusy = "false";
  }

  /** What to ask, or a sentence that says what is missing. */
  get #question(): URLSearchParams | string {
    const which = this.#root.querySelector<HTMLSelectElement>("[data-part=which]");
    const at = Date.parse(this.#field("at").value);
    const symbol = this.#field("of").value.trim().toUpperCase();
    const alert = this.#alert || (which?.value ?? "");
    if (!alert) return "You have no alert that could be asked.";
    if (!symbol || Number.isNaN(at)) return "Say which pair, and which minute.";
    return new URLSearchParams({ alert, symbol, at: String(at) });
  }

  #show({ reason, sentence, at_ms: at, missing, explanation }: Explanation): void {
    const [label, badge] = REASONS[reason] ?? [reason, ""];
    const head = make("p", "explain-head");
    head.append(make("span", `badge ${badge}`, label), time(at));
    const shown: Node[] = [head, make("p", "explain-said", sentence)];
    if (missing.length > 0) {
      shown.push(make("p", "muted", `Not known: ${missing.join(", ")}.`));
    }
    if (explanation) {
      const list = make("ul", "why-parts why-root");
      list.append(drawPart(explanation));
      shown.push(list);
    }
    part(this.#root, "answer").replaceChildren(...shown);
  }

  #complain(text: string): void {
    const place = part(this.#root, "fault");
    place.hidden = text === "";
    setText(place, text);
  }
}
