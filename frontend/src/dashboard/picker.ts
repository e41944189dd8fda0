/** The dialog in which another pair is chosen for a chart. */

import { make, part, setText } from "../lib/dom";
import { findPairs, type Pair } from "../lib/ranking";
import { fetchPairs } from "../market/pair-list";

const SHOWN = 50;

export class PairPicker {
  readonly #dialog: HTMLDialogElement;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #note: HTMLElement;
  #pairs: Pair[] = [];
  #options: HTMLElement[] = [];
  #active = 0;
  #choose: (symbol: string) => void = () => undefined;

  constructor(dialog: HTMLDialogElement, life: AbortSignal) {
    this.#dialog = dialog;
    this.#input = part(dialog, "input") as HTMLInputElement;
    this.#list = part(dialog, "list");
    this.#note = part(dialog, "note");
    const listen = { signal: life };
    this.#input.addEventListener(
      "input",
      () => {
        this.#fill();
      },
      listen,
    );
    this.#input.addEventListener(
      "keydown",
      (event) => {
        this.#press(event);
      },
      listen,
    );
    this.#list.addEventListener(
      "click",
      (event) => {
        const option = (event.target as Element).closest<HTMLElement>("[role=option]");
        if (option) this.#take(option);
      },
      listen,
    );
  }

  /** Open the search; `choose` hears the symbol, or nothing after Escape. */
  open(choose: (symbol: string) => void): void {
    this.#choose = choose;
    this.#input.value = "";
    this.#dialog.showModal();
    this.#input.focus();
    void this.#load();
  }

  async #load(): Promise<void> {
    if (this.#pairs.length === 0) {
      setText(this.#note, "Loading the pairs…");
      try {
        const { pairs } = await fetchPairs();
        this.#pairs = pairs.map(([symbol, base, quote]) => ({ symbol, base, quote }));
      } catch {
        setText(this.#note, "The pairs did not come; close and try again.");
        return;
      }
    }
    this.#fill();
  }

  #fill(): void {
    const found = findPairs(this.#input.value, this.#pairs, SHOWN);
    this.#options = found.map(({ symbol, base, quote }, place) => {
      const option = make("li", "menu-item");
      const name = make("span", "pair-symbol");
      option.role = "option";
      option.id = `picker-${place}`;
      option.dataset.symbol = symbol;
      name.append(make("b", "", base), quote);
      option.append(name);
      return option;
    });
    this.#list.replaceChildren(...this.#options);
    setText(this.#note, found.length > 0 ? "" : "No pair of that name.");
    this.#move(0);
  }

  #move(to: number): void {
    this.#active = Math.max(0, Math.min(this.#options.length - 1, to));
    this.#options.forEach((option, place) => {
      option.ariaSelected = String(place === this.#active);
    });
    const active = this.#options[this.#active];
    active?.scrollIntoView({ block: "nearest" });
    if (active) this.#input.setAttribute("aria-activedescendant", active.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #press(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const option = this.#options[this.#active];
    if (event.key === "ArrowDown") this.#move(this.#active + 1);
    else if (event.key === "ArrowUp") this.#move(this.#active - 1);
    else if (event.key === "Enter") {
      if (option) this.#take(option);
    } else return;
    event.preventDefault();
  }

  #take(option: HTMLElement): void {
    this.#dialog.close();
    this.#choose(option.dataset.symbol ?? "");
  }
}
