/** When, how often and in which words an alert speaks: the quieter fields of its form. */

import { part, setText } from "../lib/dom";
import type { Alert, AlertBody, Form } from "./shapes";
import { inDays, localField, msOf, numberOf } from "./words";

type Details = Pick<
  AlertBody,
  | "clock"
  | "timeframe"
  | "mode"
  | "remind_minutes"
  | "cool_down_minutes"
  | "escalate_step"
  | "expires_at"
  | "quiet"
  | "time_zone"
  | "template"
>;

export class DetailFields {
  readonly #root: HTMLElement;
  readonly #zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  constructor(root: HTMLElement, changed: () => void, life: AbortSignal) {
    this.#root = root;
    const mine = ["judge", "mode", "remind", "more"];
    for (const name of mine) {
      part(root, name).addEventListener(
        "input",
        () => {
          this.#fit();
          changed();
        },
        { signal: life },
      );
    }
    setText(part(root, "zone"), this.#zone);
    this.#fit();
  }

  get name(): string {
    return this.#text("name").trim();
  }

  get template(): string {
    return this.#text("template");
  }

  /** How far back, in percent, the condition must be for an episode to be over. */
  get back(): number | null {
    return this.#number("back");
  }

  get ends(): string {
    return this.#text("ends").trim();
  }

  get plain(): Details {
    const judge = this.#text("judge");
    const isLive = judge === "live";
    const mode = this.#text("mode");
    const isQuiet = (part(this.#root, "quiet") as HTMLInputElement).checked;
    return {
      clock: isLive ? "live" : "closed",
      timeframe: isLive ? "1m" : judge,
      mode,
      remind_minutes: mode === "reminder" ? (this.#number("remind") ?? 0) : 0,
      cool_down_minutes: this.#number("cool-down") ?? 0,
      escalate_step: this.#number("step"),
      expires_at: this.#expiry,
      quiet: isQuiet
        ? { start: this.#text("quiet-start"), end: this.#text("quiet-end") }
        : null,
      time_zone: this.#zone,
      template: this.template,
    };
  }

  set(alert: Alert): void {
    const put = (name: string, value: string | number | null) => {
      (part(this.#root, name) as HTMLInputElement).value = String(value ?? "");
    };
    put("judge", alert.clock === "live" ? "live" : alert.timeframe);
    put("mode", alert.mode);
    if (alert.remind_minutes) put("remind", alert.remind_minutes);
    put("name", alert.name);
    put("cool-down", alert.cool_down_minutes);
    put("step", alert.escalate_step);
    put("back", alert.form?.hysteresis_pct ?? null);
    put("ends", alert.form ? "" : alert.closes_when);
    put("template", alert.template);
    const expiresMs = msOf(alert.expires_at);
    if (expiresMs !== null) {
      put("expiry", "date");
      put("expiry-date", localField(expiresMs));
    }
    if (alert.quiet) {
      (part(this.#root, "quiet") as HTMLInputElement).checked = true;
      put("quiet-start", alert.quiet.start);
      put("quiet-end", alert.quiet.end);
    }
    this.#fit();
  }

  /** Show the ending that belongs to a form, or to an expression of one's own. */
  showEnding(form: Form | null, isOwn: boolean): void {
    part(this.#root, "ends-field").hidden = !isOwn;
    part(this.#root, "back-field").hidden = isOwn || form === null;
  }

  get #expiry(): string | null {
    const chosen = this.#text("expiry");
    if (chosen === "") return null;
    if (chosen !== "date") return inDays(Number(chosen), Date.now());
    const at = Date.parse(this.#text("expiry-date"));
    return Number.isNaN(at) ? null : new Date(at).toISOString();
  }

  #text(name: string): string {
    return (part(this.#root, name) as HTMLInputElement).value;
  }

  #number(name: string): number | null {
    const number = numberOf(this.#text(name));
    return Number.isNaN(number) ? null : number;
  }

  #fit(): void {
    part(this.#root, "remind-field").hidden = this.#text("mode") !== "reminder";
    part(this.#root, "expiry-date").hidden = this.#text("expiry") !== "date";
    const isQuiet = (part(this.#root, "quiet") as HTMLInputElement).checked;
    for (const name of ["quiet-start", "quiet-end"]) {
      (part(this.#root, name) as HTMLInputElement).disabled = !isQuiet;
    }
  }
}
