/** The buttons around the table: sets of columns, clock, files, pages. */

import { part, setText } from "../lib/dom";
import { count } from "../lib/format";
import { board } from "./metrics";
import type { Rows } from "./rows";
import type { ScreenState } from "./state";

export interface ToolActs {
  choose: () => void;
  write: (format: string, button: HTMLElement) => void;
}

export class Tools {
  readonly #root: HTMLElement;
  readonly #state: ScreenState;
  readonly #size: HTMLSelectElement;
  readonly #acts: Record<string, (button: HTMLButtonElement) => void>;

  constructor(root: HTMLElement, state: ScreenState, acts: ToolActs, life: AbortSignal) {
    this.#root = root;
    this.#state = state;
    this.#size = part(root, "size") as HTMLSelectElement;
    const write = (button: HTMLButtonElement) => {
      acts.write(button.value, button);
    };
    this.#acts = {
      choose: acts.choose,
      csv: write,
      json: write,
      back: () => {
        state.change({ page: state.view.page - 1 });
      },
      next: () => {
        state.change({ page: state.view.page + 1 });
      },
    };
    const listen = { signal: life };
    root.addEventListener("click", this.#pressed, listen);
    state.addEventListener("change", this.#showChoice, listen);
    this.#size.addEventListener(
      "change",
      () => {
        state.change({ limit: Number(this.#size.value) });
      },
      listen,
    );
    this.#showChoice();
  }

  /** Say how many there are, and which of them are shown. */
  showRows({ total, market_total: all, page, pages }: Rows): void {
    const { limit } = this.#state.view;
    const first = Math.min(total, (page - 1) * limit + 1);
    const last = Math.min(total, page * limit);
    setText(part(this.#root, "count"), `${count(total)} of ${count(all)}`);
    setText(
      part(this.#root, "shown"),
      total ? `${count(first)}–${count(last)} of ${count(total)}` : "",
    );
    (part(this.#root, "back") as HTMLButtonElement).disabled = page <= 1;
    (part(this.#root, "next") as HTMLButtonElement).disabled = page >= pages;
  }

  readonly #pressed = (event: Event) => {
    const button = (event.target as Element).closest("button");
    if (!button) return;
    const act = this.#acts[button.dataset.part ?? ""];
    const group = button.parentElement?.dataset.part;
    if (act) act(button);
    else if (group === "sets") {
      this.#state.change({ columns: board().sets[button.value] ?? [] });
    } else if (group === "clocks") this.#state.change({ clock: button.value });
  };

  readonly #showChoice = () => {
    this.#press("sets", this.#state.set);
    this.#press("clocks", this.#state.view.clock);
    this.#size.value = String(this.#state.view.limit);
  };

  #press(group: string, value: string): void {
    for (const button of part(this.#root, group).querySelectorAll("button")) {
      button.ariaPressed = String(button.value === value);
    }
  }
}
