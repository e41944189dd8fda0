/** Why a pair passes or not: the value of every part of the expression, as it moves. */

import { ApiError, ask } from "../lib/api";
import { make, part, setText } from "../lib/dom";
import { NO_VALUE } from "../lib/format";
import { metricOf, shown } from "./metrics";
import type { ScreenState } from "./state";

const EVERY_MS = 2_000;

export interface Part {
  text: string;
  kind: "number" | "condition" | "text";
  value: number | null;
  is_true: boolean | null;
  missing: string[];
  parts: Part[];
}

const SIGNS = { yes: "✓", no: "✗", unknown: "?" };
const WORDS = { yes: "true", no: "false", unknown: "unknown" };

function verdict(isTrue: boolean | null): "yes" | "no" | "unknown" {
  return isTrue === null ? "unknown" : isTrue ? "yes" : "no";
}

function worth({ text, value }: Part): string {
  if (value === null) return NO_VALUE;
  const metric = metricOf(text);
  // Prices have the pair's decimals elsewhere; here all of them are told.
  if (metric && metric.decimals !== null) return shown(metric, value);
  return value.toLocaleString("en", { maximumSignificantDigits: 8 });
}

function isPlainNumber({ kind, text }: Part): boolean {
  return kind === "number" && /^-?[\d._e]+$/i.test(text);
}

/** Draw a part of an expression with what is inside of it. */
export function drawPart(one: Part): HTMLElement {
  const item = make("li", "why-part");
  const line = make("div", "why-line");
  if (one.kind === "condition") {
    const said = verdict(one.is_true);
    const mark = make("span", `why-mark why-${said}`, SIGNS[said]);
    mark.role = "img";
    mark.ariaLabel = WORDS[said];
    line.append(mark);
  }
  line.append(make("code", "mono", one.text));
  if (one.kind === "number") line.append(make("span", "num why-value", worth(one)));
  item.append(line);
  const inside = one.parts.filter((some) => some.kind !== "text" && !isPlainNumber(some));
  if (inside.length > 0) {
    const list = make("ul", "why-parts");
    list.append(...inside.map(drawPart));
    item.append(list);
  }
  return item;
}

export class WhyPanel {
  readonly #panel: HTMLElement;
  readonly #head: HTMLElement;
  readonly #body: HTMLElement;
  readonly #state: ScreenState;
  readonly #life: AbortSignal;
  #symbol = "";
  #timer: number | undefined;
  #asking = new AbortController();

  constructor(root: HTMLElement, state: ScreenState, life: AbortSignal) {
    this.#panel = part(root, "why");
    this.#head = part(root, "why-head");
    this.#body = part(root, "why-body");
    this.#state = state;
    this.#life = life;
    const listen = { signal: life };
    part(root, "why-close").addEventListener(
      "click",
      () => {
        this.close();
      },
      listen,
    );
    this.#panel.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Escape") this.close();
      },
      listen,
    );
    state.addEventListener(
      "change",
      () => {
        if (this.#symbol) this.open(this.#symbol);
      },
      listen,
    );
    life.addEventListener("abort", () => {
      this.close();
    });
  }

  open(symbol: string): void {
    this.#stop();
    this.#symbol = symbol;
    this.#panel.hidden = false;
    setText(this.#head, `Why ${symbol}`);
    if (this.#state.view.expression.trim() === "") {
      this.#say("There is no filter: every pair passes.");
      return;
    }
    void this.#ask();
  }

  close(): void {
    this.#stop();
    this.#symbol = "";
    this.#panel.hidden = true;
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#asking.abort();
  }

  async #ask(): Promise<void> {
    this.#asking = new AbortController();
    const signal = AbortSignal.any([this.#asking.signal, this.#life]);
    const { expression, clock } = this.#state.view;
    const asked = new URLSearchParams({ where: expression, clock });
    try {
      const answer = await ask<{ explanation: Part }>(
        `coins/${encodeURIComponent(this.#symbol)}/explain?${asked.toString()}`,
        signal,
      );
      const list = make("ul", "why-parts why-root");
      list.append(drawPart(answer.explanation));
      const { is_true: isTrue, missing } = answer.explanation;
      const said = make("p", `why-said why-${verdict(isTrue)}`, this.#sentence(isTrue));
      const lacking = missing.length > 0 ? ` Not known: ${missing.join(", ")}.` : "";
      said.append(lacking);
      this.#body.replaceChildren(said, list);
    } catch (error) {
      if (signal.aborted) return;
      this.#say(error instanceof ApiError ? error.message : "The board does not answer.");
    }
    if (!signal.aborted) this.#timer = setTimeout(() => void this.#ask(), EVERY_MS);
  }

  #sentence(isTrue: boolean | null): string {
    if (isTrue === null) return "It cannot be told whether it passes.";
    return isTrue ? "It passes." : "It does not pass.";
  }

  #say(text: string): void {
    this.#body.replaceChildren(make("p", "muted", text));
  }
}
