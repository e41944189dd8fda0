/** Where a person is told: add, prove, try, mute, limit, take away. */

import { destinationLine } from "../alerts/destination-line";
import { confirmed, SENT, showFaults, showNote } from "../alerts/pieces";
import { subscribe, whyNoPush } from "../alerts/push";
import type { Destination } from "../alerts/shapes";
import { inDays } from "../alerts/words";
import { allFaults, ApiError, ask, send, whatWentWrong } from "../lib/api";
import { part, setText } from "../lib/dom";
import { liveSocket } from "../lib/socket";
import { toast } from "../lib/toasts";

/** While something waits for a step outside of this page, it is looked at again. */
const LOOK_EVERY_MS = 3_000;

function typedIn(form: HTMLFormElement): Record<string, string> {
  const fields = [...form.querySelectorAll<HTMLInputElement>("input[name]")];
  return Object.fromEntries(fields.map(({ name, value }) => [name, value.trim()]));
}

function refuse(form: HTMLFormElement, error: unknown): void {
  const fields = error instanceof ApiError ? error.fields : {};
  const isOurs = error instanceof Error && !(error instanceof TypeError);
  showFaults(form, fields, isOurs ? error.message : whatWentWrong(error));
}

class Destinations {
  readonly #root: HTMLElement;
  readonly #life: AbortSignal;
  #places: Destination[] = [];
  #timer: number | undefined;

  constructor(root: HTMLElement, life: AbortSignal) {
    this.#root = root;
    this.#life = life;
    const listen = { signal: life };
    const list = part(root, "list");
    list.addEventListener("click", this.#pressed, listen);
    list.addEventListener("change", this.#changed, listen);
    list.addEventListener("submit", this.#typedCode, listen);
    part(root, "add").addEventListener("submit", this.#added, listen);
    part(root, "secret-copy").addEventListener("click", () => void this.#copy(), listen);
    life.addEventListener("abort", () => {
      clearTimeout(this.#timer);
    });
    void this.#load();
  }

  async #load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const told = await ask<{ destinations: Destination[] }>("destinations", this.#life);
      if (JSON.stringify(told.destinations) !== JSON.stringify(this.#places)) {
        this.#places = told.destinations;
        part(this.#root, "list").replaceChildren(...this.#places.map(destinationLine));
      }
      const isNone = this.#places.length === 0;
      if (isNone) part(this.#root, "list").replaceChildren();
      showNote(this.#root, isNone ? "Nowhere yet" : "", "Add the first destination.");
      const isWaiting = this.#places.some(({ state }) => state === "unverified");
      if (isWaiting) this.#timer = setTimeout(() => void this.#load(), LOOK_EVERY_MS);
    } catch (error) {
      if (this.#life.aborted) return;
      part(this.#root, "list").replaceChildren();
      showNote(this.#root, "Your destinations did not come", whatWentWrong(error));
    }
    part(this.#root, "panel").ariaBusy = "false";
  }

  #placeOf(event: Event): Destination | undefined {
    const line = (event.target as Element).closest<HTMLElement>("[data-id]");
    return this.#places.find(({ id }) => id === line?.dataset.id);
  }

  readonly #pressed = (event: Event) => {
    const button = (event.target as Element).closest("button");
    const place = this.#placeOf(event);
    if (!button?.value || !place) return;
    const path = `destinations/${place.id}`;
    const acts: Record<string, () => Promise<void>> = {
      test: () => this.#do(() => send("POST", `${path}/test`, {}), "A test is on its way."),
      again: () => this.#do(() => send("POST", `${path}/verify`, {}), "It is sent again."),
      resume: () =>
        this.#do(
          () => send("PATCH", path, { state: "verified" }),
          `${place.name} is resumed.`,
        ),
      delete: async () => {
        const text = "Alerts that tell only this destination will tell nobody.";
        if (!(await confirmed(this.#root, `Delete “${place.name}”?`, text))) return;
        await this.#do(() => send("DELETE", path), `${place.name} is deleted.`);
      },
    };
    void acts[button.value]?.();
  };

  readonly #changed = (event: Event) => {
    const field = event.target as HTMLInputElement;
    const place = this.#placeOf(event);
    if (!place || field.name === "code" || field.value === "") return;
    const number = Number(field.value);
    const change =
      field.name === "mute"
        ? { muted_until: number === 0 ? null : inDays(number / 24, Date.now()) }
        : { messages_an_hour: number };
    void this.#do(() => send("PATCH", `destinations/${place.id}`, change), "Kept.");
  };

  readonly #typedCode = (event: Event) => {
    event.preventDefault();
    const place = this.#placeOf(event);
    const code = new FormData(event.target as HTMLFormElement).get("code");
    if (!place || typeof code !== "string" || code.trim() === "") return;
    void this.#verify(place.id, code.trim());
  };

  #verify(id: string, code: string): Promise<void> {
    const path = `destinations/${id}/verify`;
    return this.#do(() => send("POST", path, { code }), "It is confirmed.");
  }

  async #do(act: () => Promise<unknown>, done: string): Promise<void> {
    try {
      await act();
      toast(done, "good");
      document.dispatchEvent(new Event(SENT));
    } catch (error) {
      toast(allFaults(error), "bad");
      // What was typed is not so: show again what is.
      this.#places = [];
    }
    await this.#load();
  }

  readonly #added = (event: Event) => {
    event.preventDefault();
    void this.#add(event.target as HTMLFormElement);
  };

  async #add(form: HTMLFormElement): Promise<void> {
    const kind = form.closest<HTMLElement>("[data-kind]")?.dataset.kind ?? "";
    const button = form.querySelector<HTMLElement>("[type=submit]");
    const { name = "", ...typed } = typedIn(form);
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    if (!button || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      const body = { kind, name, config: await this.#config(kind, typed) };
      const answer = await send("POST", "destinations", body, { headers });
      this.#welcome((await answer.json()) as Destination);
      showFaults(form, {});
      form.reset();
      form.closest("details")?.removeAttribute("open");
    } catch (error) {
      refuse(form, error);
    }
    button.ariaBusy = "false";
    await this.#load();
  }

  #welcome(made: Destination): void {
    if (made.secret) {
      setText(part(this.#root, "secret-text"), made.secret);
      (part(this.#root, "secret") as HTMLDialogElement).showModal();
    }
    toast(made.next_step || `${made.name} is added.`, "good");
  }

  async #config(kind: string, typed: object): Promise<object> {
    if (kind !== "web_push") return typed;
    const why = whyNoPush();
    if (why) throw new Error(why);
    return { subscription: await subscribe(this.#life) };
  }

  async #copy(): Promise<void> {
    await navigator.clipboard.writeText(part(this.#root, "secret-text").textContent);
    toast("The secret is copied.", "good");
  }
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  liveSocket(); // says in the top bar whether the board is there
  new Destinations(element, life);
}
