/** What stands in the place of the rows: they load, there are none, they cannot come. */

import { part, setText } from "../lib/dom";
import type { RowsSource } from "./rows";

export class StateNote {
  readonly #wait: HTMLElement;
  readonly #note: HTMLElement;
  readonly #head: HTMLElement;
  readonly #text: HTMLElement;
  readonly #act: HTMLButtonElement;
  readonly #grid: HTMLElement;
  readonly #source: RowsSource;

  constructor(root: HTMLElement, source: RowsSource, clear: () => void) {
    this.#wait = part(root, "wait");
    this.#note = part(root, "state");
    this.#head = part(root, "state-head");
    this.#text = part(root, "state-text");
    this.#act = part(root, "state-act") as HTMLButtonElement;
    this.#grid = part(root, "grid");
    this.#source = source;
    this.#act.addEventListener("click", () => {
      if (this.#source.fault) this.#source.askNow();
      else clear();
    });
  }

  /** Say how it is with the rows. */
  show(): void {
    const { rows, fault } = this.#source;
    this.#wait.hidden = rows !== null || fault !== null;
    // Rows that were there stay, greyed: what is old is better than nothing.
    this.#grid.classList.toggle("is-old", fault !== null && rows !== null);
    this.#note.hidden = true;
    // A fault of the expression is told where it is written.
    if (fault) {
      if (rows === null || fault.status !== 400) {
        this.#say("is-error", "No rows now", fault.message, "Try again");
      }
    } else if (rows && rows.coins.length + rows.pinned.length === 0) {
      this.#sayEmpty(rows.market_total);
    }
  }

  #sayEmpty(total: number): void {
    if (total === 0) this.#say("", "The market has no pairs yet", "", "");
    else {
      const when = `None of ${total} at this moment; they come as soon as one does.`;
      this.#say("", "No pair passes", when, "Clear the filter");
    }
  }

  #say(tone: string, head: string, text: string, act: string): void {
    this.#note.hidden = false;
    this.#note.className = `state-note screener-state ${tone}`.trim();
    setText(this.#head, head);
    setText(this.#text, text);
    this.#act.hidden = act === "";
    setText(this.#act, act);
  }
}
