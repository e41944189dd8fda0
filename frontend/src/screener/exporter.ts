/** What is shown as a file: at once, or made in the background where it is large. */

import { ApiError, ask, refusal, send } from "../lib/api";
import type { ScreenState } from "./state";

const LOOK_AGAIN_MS = 1_000;
const TOO_LARGE = "POST /api/exports";

interface Export {
  id: string;
  state: "waiting" | "running" | "ready" | "failed";
  rows_done: number;
  rows_total: number;
  file: string | null;
}

function save(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

export class Exporter {
  readonly #state: ScreenState;
  readonly #isPerson: boolean;
  readonly #say: (text: string) => void;
  readonly #life: AbortSignal;

  constructor(
    state: ScreenState,
    isPerson: boolean,
    say: (text: string) => void,
    life: AbortSignal,
  ) {
    this.#state = state;
    this.#isPerson = isPerson;
    this.#say = say;
    this.#life = life;
  }

  async write(format: string, button: HTMLElement): Promise<void> {
    button.ariaBusy = "true";
    try {
      await this.#write(format);
    } catch (error) {
      if (!this.#life.aborted) {
        this.#say(error instanceof Error ? error.message : "The board does not answer.");
      }
    } finally {
      button.ariaBusy = "false";
    }
  }

  async #write(format: string): Promise<void> {
    const asked = this.#state.question();
    asked.set("file", format);
    const answer = await fetch(`/api/coins/file?${asked.toString()}`, {
      signal: this.#life,
    });
    if (answer.ok) {
      const address = URL.createObjectURL(await answer.blob());
      save(address, `screener.${format}`);
      URL.revokeObjectURL(address);
      this.#say("");
      return;
    }
    const refused = await refusal(answer);
    if (!refused.message.includes(TOO_LARGE)) throw refused;
    if (!this.#isPerson) {
      throw new ApiError("So large a file is made for those who log in.", null);
    }
    await this.#haveMade(format);
  }

  async #haveMade(format: string): Promise<void> {
    const answer = await send("POST", "exports", { format, ...this.#state.choice });
    let made = (await answer.json()) as Export;
    while (made.state === "waiting" || made.state === "running") {
      this.#say(`Writing the file: ${made.rows_done} of ${made.rows_total || "all"} rows`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      made = await ask<Export>(`exports/${made.id}`, this.#life);
    }
    if (!made.file) throw new ApiError("The file could not be written.", null);
    save(made.file, `screener.${format}`);
    this.#say("The file is kept for a day.");
  }
}
