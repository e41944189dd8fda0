/** The field of the expression: checked while it is typed, asked once it holds. */

import { ask } from "../lib/api";
import { make, part } from "../lib/dom";
import { count } from "../lib/format";
import { drawMirror, type Problem } from "./mirror";
import { Offers } from "./offers";

const CHECK_AFTER_MS = 250;

interface Check {
  ok: boolean;
  words: string;
  problems: Problem[];
  missing: { metric: string; pairs: number }[];
}

/** What the field asks for: told of an expression once it holds. */
export interface Asked {
  readonly view: { readonly expression: string; readonly clock: string };
  change(part: { expression: string }): void;
}

export class AskField {
  readonly #state: Asked;
  readonly #text: HTMLTextAreaElement;
  readonly #mirror: HTMLElement;
  readonly #said: HTMLElement;
  readonly #clear: HTMLElement;
  readonly #examples: Node[];
  readonly #offers: Offers;
  readonly #life: AbortSignal;
  #problems: Problem[] = [];
  #timer: number | undefined;
  #checking = new AbortController();

  constructor(root: HTMLElement, state: Asked, life: AbortSignal) {
    this.#state = state;
    this.#life = life;
    this.#text = part(root, "text") as HTMLTextAreaElement;
    this.#mirror = part(root, "mirror");
    this.#said = part(root, "said");
    this.#clear = part(root, "clear");
    this.#examples = [...this.#said.childNodes];
    const take = (text: string, start: number, end: number) => {
      this.#replace(text, start, end);
    };
    this.#offers = new Offers(
      this.#text,
      part(root, "offers"),
      part(root, "list"),
      take,
      life,
    );
    this.#listen();
    this.set(state.view.expression);
  }

  /** Put another expression into the field and ask it. */
  set(text: string): void {
    this.#text.value = text;
    this.#typed(0);
  }

  /** Add a condition to what is asked. */
  add(condition: string): void {
    const text = this.#text.value.trim();
    const isJoined = text.includes(" or ");
    this.set(text ? `${isJoined ? `(${text})` : text} and ${condition}` : condition);
  }

  #listen(): void {
    const listen = { signal: this.#life };
    this.#text.addEventListener(
      "input",
      () => {
        this.#typed(CHECK_AFTER_MS);
        this.#offers.look();
      },
      listen,
    );
    this.#text.addEventListener(
      "keydown",
      (event) => {
        if (event.ctrlKey && event.key === " ") this.#offers.look(true);
        else if (!this.#offers.press(event.key)) {
          if (event.key !== "Enter" || event.shiftKey) return;
          this.#typed(0);
        }
        event.preventDefault();
      },
      listen,
    );
    this.#text.addEventListener(
      "blur",
      () => {
        this.#offers.close();
      },
      listen,
    );
    this.#text.addEventListener(
      "scroll",
      () => {
        this.#mirror.scrollTop = this.#text.scrollTop;
      },
      listen,
    );
    this.#clear.addEventListener(
      "click",
      () => {
        this.set("");
        this.#text.focus();
      },
      listen,
    );
    this.#said.addEventListener("click", this.#pressed, listen);
  }

  readonly #pressed = (event: Event) => {
    const button = (event.target as Element).closest("button");
    const problem = this.#problems[Number(button?.dataset.problem)];
    if (problem) this.#replace(problem.suggestion, problem.start, problem.end);
    else if (button?.value) this.set(button.value);
  };

  #replace(text: string, start: number, end: number): void {
    this.#text.setRangeText(text, start - 1, end, "end");
    this.#text.focus();
    this.#typed(0);
  }

  #typed(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#checking.abort();
    this.#problems = [];
    const text = this.#text.value;
    this.#clear.hidden = text === "";
    drawMirror(this.#mirror, text, []);
    if (text.trim() === "") {
      this.#text.ariaInvalid = "false";
      this.#said.replaceChildren(...this.#examples);
      this.#askFor("");
      return;
    }
    this.#timer = setTimeout(() => void this.#check(text), afterMs);
  }

  async #check(text: string): Promise<void> {
    this.#checking = new AbortController();
    const signal = AbortSignal.any([this.#checking.signal, this.#life]);
    const { clock } = this.#state.view;
    const asked = new URLSearchParams({ text, clock });
    try {
      const check = await ask<Check>(`expressions/check?${asked.toString()}`, signal);
      this.#problems = check.problems;
      this.#text.ariaInvalid = String(!check.ok);
      drawMirror(this.#mirror, text, check.problems);
      this.#said.replaceChildren(...(check.ok ? this.#praise(check) : this.#faults()));
      if (check.ok) this.#askFor(text);
    } catch (error) {
      if (signal.aborted) return;
      const why = error instanceof Error ? error.message : "The board is away.";
      this.#said.replaceChildren(make("span", "ask-error", `Not checked: ${why}`));
    }
  }

  #askFor(expression: string): void {
    if (expression !== this.#state.view.expression) this.#state.change({ expression });
  }

  #praise({ words, missing }: Check): Node[] {
    const said = [make("span", "ask-words", words)];
    const first = missing[0];
    if (first) {
      const pairs = first.pairs === 1 ? "one pair" : `${count(first.pairs)} pairs`;
      said.push(make("span", "muted", `${first.metric} is unknown for ${pairs}`));
    }
    return said;
  }

  #faults(): Node[] {
    return this.#problems.flatMap(({ start, end, message, suggestion }, place) => {
      const at = end > start ? `${start}–${end}` : String(start);
      const said = make("span", "ask-error", `${message} at ${at}`);
      if (!suggestion) return [said];
      const use = make("button", "ask-example", suggestion);
      use.type = "button";
      use.dataset.problem = String(place);
      use.ariaLabel = `Write ${suggestion} there`;
      return [said, use];
    });
  }
}
