/** The form of an alert, and beside it what the alert would have done. */

import { chosenIn, drawChips } from "../alerts/destination-chips";
import { DetailFields } from "../alerts/details";
import { MessagePreview } from "../alerts/message";
import { showFaults } from "../alerts/pieces";
import { RecordPanel } from "../alerts/record-panel";
import { type Operator, Sentence } from "../alerts/sentence";
import type { Alert, AlertBody, Destination, Form, Understood } from "../alerts/shapes";
import { Watch } from "../alerts/watch";
import { numberOf, roundAbove, sentence, written } from "../alerts/words";
import { ApiError, ask, type Fields, send, whatWentWrong } from "../lib/api";
import { part, readData, setText } from "../lib/dom";
import { liveSocket } from "../lib/socket";
import { AskField } from "../screener/ask";

const LONGEST_NAME = 80;

class AlertForm {
  readonly #root: HTMLElement;
  readonly #form: HTMLFormElement;
  readonly #life: AbortSignal;
  readonly #watch: Watch;
  readonly #sentence: Sentence;
  readonly #details: DetailFields;
  readonly #record: RecordPanel;
  readonly #message: MessagePreview;
  readonly #asked = {
    view: { expression: "", clock: "closed" },
    change: ({ expression }: { expression: string }) => {
      this.#asked.view.expression = expression;
      this.#changed();
    },
  };
  #ask: AskField | null = null;
  #isOwn = false;
  #isReady = false;
  #understoodAs: Understood | null = null;
  #key = crypto.randomUUID();

  constructor(root: HTMLElement, life: AbortSignal) {
    this.#root = root;
    this.#life = life;
    this.#form = part(root, "form") as HTMLFormElement;
    this.#watch = new Watch(root, this.#changed, life);
    const operators = readData("alert-operators") as Operator[];
    this.#sentence = new Sentence(root, operators, this.#changed, life);
    this.#details = new DetailFields(root, this.#changed, life);
    this.#message = new MessagePreview(part(root, "message"), life);
    const hearer = { understood: this.#understood, refused: this.#refused };
    this.#record = new RecordPanel(part(root, "record"), hearer, life);
    this.#listen();
    void this.#load();
  }

  #listen(): void {
    const listen = { signal: this.#life };
    part(this.#root, "ways").addEventListener(
      "click",
      (event) => {
        const button = (event.target as Element).closest("button");
        if (!button || (button.value === "own") === this.#isOwn) return;
        const form = this.#sentence.form;
        const expression = this.#understoodAs?.normal_form ?? (form ? written(form) : "");
        this.#writeOwn(button.value === "own", expression);
        this.#changed();
      },
      listen,
    );
    this.#form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        void this.#save();
      },
      listen,
    );
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void this.#save();
      },
      { ...listen, capture: true },
    );
    if (navigator.platform.startsWith("Mac")) {
      setText(part(this.#root, "save-key"), "⌘ ↵");
    }
  }

  async #load(): Promise<void> {
    const id = this.#root.dataset.alert ?? "";
    const life = this.#life;
    try {
      const [places, alert] = await Promise.all([
        ask<{ destinations: Destination[] }>("destinations", life),
        id ? ask<Alert>(`alerts/${id}`, life) : null,
        this.#watch.load(),
      ]);
      const inApp = places.destinations.filter(({ kind }) => kind === "in_app");
      const chosen = alert?.destinations ?? inApp.map((one) => one.id);
      drawChips(part(this.#root, "destinations"), places.destinations, new Set(chosen));
      if (alert) this.#edit(alert);
      else this.#begin(new URLSearchParams(location.search));
    } catch (error) {
      if (life.aborted) return;
      showFaults(this.#form, {}, whatWentWrong(error));
    }
    this.#isReady = true;
    this.#changed();
  }

  #edit(alert: Alert): void {
    this.#watch.set(alert);
    this.#details.set(alert);
    if (alert.form) this.#sentence.set(alert.form);
    this.#writeOwn(alert.form === null, alert.expression);
  }

  // What the address does not say is chosen so that it makes sense.
  #begin(given: URLSearchParams): void {
    const text = (name: string) => given.get(name) ?? "";
    const scope = (given.get("scope") ?? "pair") as AlertBody["scope"];
    const symbol = text("symbol").toUpperCase() || this.#watch.first;
    const ids = { watchlist: text("watchlist"), screen: text("screen") };
    this.#watch.set({ scope, symbol, ...ids });
    this.#sentence.set(this.#firstForm(given));
    const expression = text("expression");
    if (expression) this.#writeOwn(true, expression);
    else this.#sentence.focus();
  }

  #firstForm(given: URLSearchParams): Partial<Form> {
    const metric = given.get("metric") ?? "price";
    const operator = given.get("operator") ?? "crosses_above";
    const isPrice = metric === "price" && !operator.startsWith("moves");
    const typed = numberOf(given.get("value") ?? "");
    const value = Number.isNaN(typed) && isPrice ? roundAbove(this.#watch.price) : typed;
    return {
      metric,
      operator,
      window: given.get("window"),
      ...(Number.isNaN(value) ? {} : { value }),
    };
  }

  #writeOwn(isOwn: boolean, expression: string): void {
    this.#isOwn = isOwn;
    part(this.#root, "simple").hidden = isOwn;
    part(this.#root, "simple-said").hidden = isOwn;
    part(this.#root, "own").hidden = !isOwn;
    for (const button of part(this.#root, "ways").querySelectorAll("button")) {
      button.ariaPressed = String((button.value === "own") === isOwn);
    }
    if (!isOwn) return;
    this.#asked.view.expression = "";
    this.#ask ??= new AskField(part(this.#root, "ask"), this.#asked, this.#life);
    this.#ask.set(expression);
  }

  readonly #changed = () => {
    if (!this.#isReady) return;
    this.#understoodAs = null;
    this.#details.showEnding(this.#sentence.form, this.#isOwn);
    this.#showMessage();
    showFaults(this.#form, {});
    const body = this.#body();
    if (!this.#watch.isKnown) {
      this.#rest("Its record is shown once the pairs are chosen and kept.");
    } else if (body.form === null && body.expression === "") {
      this.#rest("Fill in the condition, and its past is shown here.");
    } else this.#record.ask(body);
  };

  #rest(why: string): void {
    this.#record.rest(why);
    setText(part(this.#root, "now"), "\u00a0");
  }

  readonly #understood = (rule: Understood) => {
    this.#understoodAs = rule;
    if (!this.#isOwn) this.#sentence.show(rule.normal_form);
    setText(part(this.#root, "now"), sentence(rule.now?.words ?? "\u00a0"));
    this.#showMessage();
  };

  readonly #refused = (error: ApiError) => {
    showFaults(this.#form, error.fields, error.message);
    setText(part(this.#root, "now"), "\u00a0");
  };

  #showMessage(): void {
    const { symbol } = this.#watch.chosen;
    this.#message.show(this.#details.template, {
      name: this.#name,
      pair: [symbol, this.#understoodAs?.now?.symbol].find(Boolean) ?? this.#watch.first,
      price: this.#watch.price,
      value: this.#understoodAs?.now?.value ?? null,
    });
  }

  get #name(): string {
    if (this.#details.name) return this.#details.name;
    const form = this.#sentence.form;
    const plain = this.#isOwn ? this.#asked.view.expression : form ? written(form) : "";
    const words = this.#understoodAs?.words ?? plain;
    return `${this.#watch.label} ${words}`.trim().slice(0, LONGEST_NAME);
  }

  #body(): AlertBody {
    const form = this.#isOwn ? null : this.#sentence.form;
    const back = this.#details.back;
    return {
      name: this.#name,
      ...this.#watch.chosen,
      form: form && back !== null ? { ...form, hysteresis_pct: back } : form,
      expression: this.#isOwn ? this.#asked.view.expression : "",
      closes_when: this.#isOwn ? this.#details.ends : "",
      ...this.#details.plain,
      destinations: chosenIn(part(this.#root, "destinations")),
    };
  }

  // Sentences for what the board cannot know: that a number was left out.
  #gaps(body: AlertBody): Fields {
    if (this.#isOwn) {
      if (body.expression !== "") return {};
      return { expression: ["Write what has to come true."] };
    }
    if (body.form !== null) return {};
    return this.#sentence.hasValue
      ? { value: ["This must be a number, such as 65,000."] }
      : { value: ["Say a number."] };
  }

  async #save(): Promise<void> {
    const button = part(this.#root, "save") as HTMLButtonElement;
    if (button.ariaBusy === "true") return;
    const gaps = this.#gaps(this.#body());
    if (showFaults(this.#form, gaps)) {
      this.#lookAtFault();
      return;
    }
    button.ariaBusy = "true";
    const id = this.#root.dataset.alert ?? "";
    try {
      await this.#watch.keepList();
      if (id) await send("PUT", `alerts/${id}`, this.#body());
      else {
        const headers = { "Idempotency-Key": this.#key };
        await send("POST", "alerts", this.#body(), { headers });
      }
      location.href = this.#root.dataset.alertsPage ?? "/";
    } catch (error) {
      // What was refused is another request once it is mended.
      this.#key = crypto.randomUUID();
      button.ariaBusy = "false";
      const fields = error instanceof ApiError ? error.fields : {};
      showFaults(this.#form, fields, whatWentWrong(error));
      this.#lookAtFault();
    }
  }

  #lookAtFault(): void {
    const fault = this.#form.querySelector<HTMLElement>("[data-error-for]:not([hidden])");
    fault?.scrollIntoView({ block: "center" });
  }
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  liveSocket(); // says in the top bar whether the board is there
  new AlertForm(element, life);
}
