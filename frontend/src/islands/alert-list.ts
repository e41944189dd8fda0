/** A person's alerts: what each watches, how it is, and what can be done with it. */

import { alertLine, addressOf, type Surroundings } from "../alerts/alert-line";
import { firesByDay } from "../alerts/bars";
import { confirmed, openBeside, SENT, showNote } from "../alerts/pieces";
import type { Alert, AlertState, Destination, Episodes } from "../alerts/shapes";
import { STATE_LABELS } from "../alerts/words";
import { ask, send, whatWentWrong } from "../lib/api";
import { make, part, rememberInAddress, setText } from "../lib/dom";
import { count } from "../lib/format";
import { liveSocket } from "../lib/socket";
import { toast } from "../lib/toasts";

const AGAIN_AFTER_MS = 1_000;
const DAYS = 7;

interface Named {
  id: string;
  name: string;
}

class AlertList {
  readonly #root: HTMLElement;
  readonly #life: AbortSignal;
  readonly #search: HTMLInputElement;
  readonly #menu: HTMLElement;
  readonly #around: Surroundings;
  #alerts: Alert[] = [];
  #state = new URLSearchParams(location.search).get("state") ?? "";
  #chosen: Alert | undefined;
  #timer: number | undefined;

  constructor(root: HTMLElement, life: AbortSignal) {
    this.#root = root;
    this.#life = life;
    this.#search = part(root, "search") as HTMLInputElement;
    this.#menu = part(root, "menu");
    this.#around = {
      fires: new Map(),
      places: new Map(),
      names: new Map(),
      alertPage: root.dataset.alertPage ?? "",
      editPage: root.dataset.editPage ?? "",
    };
    this.#search.value = new URLSearchParams(location.search).get("q") ?? "";
    this.#listen();
    void this.#load();
  }

  #listen(): void {
    const listen = { signal: this.#life };
    this.#search.addEventListener("input", this.#show, listen);
    part(this.#root, "states").addEventListener(
      "click",
      (event) => {
        const button = (event.target as Element).closest("button");
        if (!button) return;
        this.#state = button.value;
        this.#show();
      },
      listen,
    );
    part(this.#root, "list").addEventListener("click", this.#pressed, listen);
    this.#menu.addEventListener("click", this.#chose, listen);
    const file = part(this.#root, "file") as HTMLInputElement;
    part(this.#root, "import").addEventListener(
      "click",
      () => {
        file.click();
      },
      listen,
    );
    file.addEventListener("change", () => void this.#import(file), listen);
    part(this.#root, "note-act").addEventListener("click", () => void this.#load(), listen);
    liveSocket().subscribe(
      "alerts",
      (_data, frame) => {
        if (frame.type === "update") this.#loadSoon();
      },
      this.#life,
    );
  }

  #loadSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), AGAIN_AFTER_MS);
  }

  async #load(): Promise<void> {
    const since = Date.now() - DAYS * 86_400_000;
    const life = this.#life;
    try {
      const [own, limits, places, past, lists, screens] = await Promise.all([
        ask<{ alerts: Alert[] }>("alerts", life),
        ask<{ most: number; used: number }>("alerts/limits", life),
        ask<{ destinations: Destination[] }>("destinations", life),
        ask<Episodes>(`alerts/history?since=${since}&limit=1000`, life),
        ask<{ watchlists: Named[] }>("watchlists", life),
        ask<{ screens: Named[] }>("screens", life),
      ]);
      this.#alerts = own.alerts;
      const named = [...lists.watchlists, ...screens.screens];
      Object.assign(this.#around, {
        fires: firesByDay(past.episodes, DAYS, Date.now()),
        places: new Map(places.destinations.map((one) => [one.id, one])),
        names: new Map(named.map(({ id, name }) => [id, name])),
      });
      const used = part(this.#root, "used");
      setText(used, `${count(limits.used)} of ${count(limits.most)} alerts`);
      this.#show();
    } catch (error) {
      if (life.aborted) return;
      this.#say("Your alerts did not come", whatWentWrong(error), "Try again");
    }
  }

  readonly #show = () => {
    const sought = this.#search.value.trim().toLowerCase();
    const fitting = this.#alerts.filter(
      (one) =>
        (this.#state === "" || one.state === this.#state) &&
        `${one.name} ${one.symbol} ${one.words} ${one.expression}`
          .toLowerCase()
          .includes(sought),
    );
    rememberInAddress({ state: this.#state, q: this.#search.value.trim() });
    this.#showStates();
    part(this.#root, "panel").ariaBusy = "false";
    part(this.#root, "panel").classList.toggle("is-empty", fitting.length === 0);
    part(this.#root, "first").hidden = this.#alerts.length > 0;
    part(this.#root, "tools").hidden = this.#alerts.length === 0;
    part(this.#root, "list").replaceChildren(
      ...fitting.map((one) => alertLine(one, this.#around)),
    );
    const isFilteredOut = this.#alerts.length > 0 && fitting.length === 0;
    this.#say(isFilteredOut ? "None like that" : "", "Change the search or the state.");
  };

  #say(head: string, text: string, act = ""): void {
    showNote(this.#root, head, text);
    const button = part(this.#root, "note-act");
    button.hidden = act === "";
    setText(button, act);
    if (act) part(this.#root, "list").replaceChildren();
  }

  #showStates(): void {
    const states = Object.keys(STATE_LABELS) as AlertState[];
    const counted = states
      .map((state) => ({
        state,
        label: STATE_LABELS[state],
        number: this.#alerts.filter((one) => one.state === state).length,
      }))
      .filter(({ number, state }) => number > 0 || state === this.#state);
    const all = { state: "", label: "All", number: this.#alerts.length };
    part(this.#root, "states").replaceChildren(
      ...[all, ...counted].map(({ state, label, number }) => {
        const button = make("button", "", `${label} ${count(number)}`);
        button.type = "button";
        button.value = state;
        button.ariaPressed = String(state === this.#state);
        return button;
      }),
    );
  }

  readonly #pressed = (event: Event) => {
    const button = (event.target as Element).closest("button");
    const id = Number(button?.closest("li")?.dataset.id);
    const alert = this.#alerts.find((one) => one.id === id);
    if (!button || !alert) return;
    if (button.value === "more") {
      this.#chosen = alert;
      const past = part(this.#menu, "menu-history") as HTMLAnchorElement;
      past.href = addressOf(this.#around.alertPage, alert.id);
      openBeside(this.#menu, button);
      return;
    }
    const isPausing = button.value === "pause";
    button.disabled = true;
    void this.#do(
      () => send(isPausing ? "POST" : "DELETE", `alerts/${id}/pause`),
      `${alert.name} is ${isPausing ? "paused" : "active again"}.`,
    );
  };

  readonly #chose = (event: Event) => {
    const button = (event.target as Element).closest("button");
    const alert = this.#chosen;
    if (!button || !alert) return;
    this.#menu.hidePopover();
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const path = `alerts/${alert.id}`;
    if (button.value === "copy") {
      void this.#do(
        () => send("POST", `${path}/copies`, {}, { headers }),
        `${alert.name} is duplicated.`,
      );
    } else if (button.value === "test") {
      void this.#do(
        () => send("POST", `${path}/tests`, {}, { headers }),
        `A test of ${alert.name} is on its way.`,
      );
    } else void this.#delete(alert);
  };

  async #delete(alert: Alert): Promise<void> {
    const text = "What it has found stays in the history.";
    if (!(await confirmed(this.#root, `Delete “${alert.name}”?`, text))) return;
    const path = `alerts/${alert.id}`;
    await this.#do(() => send("DELETE", path), `${alert.name} is deleted.`);
  }

  async #do(act: () => Promise<unknown>, done: string): Promise<void> {
    try {
      await act();
      toast(done, "good");
      document.dispatchEvent(new Event(SENT));
    } catch (error) {
      toast(whatWentWrong(error), "bad");
    }
    await this.#load();
  }

  async #import(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    if (!file) return;
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    try {
      const content = JSON.parse(await file.text()) as object;
      await send("POST", "alerts/file", content, { headers });
      toast(`The alerts of ${file.name} are there.`, "good");
    } catch (error) {
      const isJson = !(error instanceof SyntaxError);
      toast(isJson ? whatWentWrong(error) : `${file.name} is not JSON.`, "bad");
    }
    input.value = "";
    await this.#load();
  }
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  new AlertList(element, life);
}
