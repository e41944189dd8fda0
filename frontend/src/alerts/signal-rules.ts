/** The operator's signals: what each looks for, its record, and whether one gets it. */

import { allFaults, ask, send, whatWentWrong } from "../lib/api";
import { make, part, setText } from "../lib/dom";
import { count } from "../lib/format";
import { toast } from "../lib/toasts";
import { chosenIn, drawChips } from "./destination-chips";
import { openBeside, sideMark } from "./pieces";
import type { Destination, Share, SignalRule } from "./shapes";
import { daysWords, percents, range } from "./words";

const FEW = ["not", "once", "twice"];

/** The record in a line, with what any minute was worth beside it. */
function recordWords({ record }: SignalRule): string {
  const hour = record?.horizons.find(({ minutes }) => minutes === 60);
  if (!record || typeof hour?.share_up !== "number") return "No record yet.";
  const interval = range(hour.low, hour.high);
  const little = record.is_little_data ? " Little data." : "";
  return (
    `Higher 1h later ${percents(hour.share_up)} % (${interval}), ` +
    `any minute ${percents(hour.base_share_up)} %, ` +
    `${count(record.fires)} in ${daysWords(record.days)}.${little}`
  );
}

/** What really came after the episodes of its present version. */
function measuredWords({ measured, version }: SignalRule): string {
  const present = measured.find((one) => one.version === version);
  if (!present?.up_1h) return "";
  const shares = [`higher 1h later ${shareWords(present.up_1h)}`];
  if (present.hit) shares.push(`target before stop ${shareWords(present.hit)}`);
  return `Live: ${shares.join(", ")}.`;
}

function shareWords({ share, low, high, count: of }: Share): string {
  return `${percents(share)} % (${range(low, high)}) of ${count(of)}`;
}

export class SignalRules {
  readonly #root: HTMLElement;
  readonly #life: AbortSignal;
  readonly #menu: HTMLFormElement;
  readonly #isPerson: boolean;
  #rules: SignalRule[] = [];
  #places: Destination[] = [];
  #choosing: SignalRule | undefined;

  constructor(root: HTMLElement, life: AbortSignal) {
    this.#root = root;
    this.#life = life;
    this.#menu = part(root, "choose") as HTMLFormElement;
    this.#isPerson = root.dataset.person === "yes";
    const listen = { signal: life };
    part(root, "rules").addEventListener("click", this.#pressed, listen);
    this.#menu.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        void this.#keep(chosenIn(part(this.#menu, "choose-list")));
      },
      listen,
    );
    part(this.#menu, "unchoose").addEventListener(
      "click",
      () => void this.#keep(null),
      listen,
    );
  }

  async load(): Promise<void> {
    try {
      const [rules, places] = await Promise.all([
        ask<{ rules: SignalRule[] }>("signals/rules", this.#life),
        this.#isPerson
          ? ask<{ destinations: Destination[] }>("destinations", this.#life)
          : { destinations: [] },
      ]);
      this.#rules = rules.rules;
      this.#places = places.destinations;
      this.#draw();
      this.#offer();
    } catch (error) {
      if (this.#life.aborted) return;
      const note = make("li", "rule muted", whatWentWrong(error));
      part(this.#root, "rules").replaceChildren(note);
    }
  }

  #offer(): void {
    const select = part(this.#root, "type") as HTMLSelectElement;
    const known = [...select.options].map(({ value }) => value);
    for (const { slug, name } of this.#rules) {
      if (known.includes(slug)) continue;
      const option = make("option", "", name);
      option.value = slug;
      select.append(option);
    }
  }

  #draw(): void {
    part(this.#root, "rules").replaceChildren(...this.#rules.map((one) => this.#line(one)));
  }

  #line(rule: SignalRule): HTMLElement {
    const line = make("li", rule.is_enabled ? "rule" : "rule is-off");
    const head = make("p", "rule-head");
    head.append(sideMark(rule.side), make("b", "", rule.name));
    if (rule.tripped) {
      const mark = make("span", "badge badge-danger", "stopped");
      mark.title =
        typeof rule.tripped === "string" ? rule.tripped : "It contradicted itself.";
      head.append(mark);
    }
    if (!rule.is_enabled) head.append(make("span", "badge", "off"));
    const fires = FEW[rule.fired_24h] ?? `${count(rule.fired_24h)} times`;
    head.append(make("span", "muted rule-fires", `${fires} in 24h`));
    const words = make("p", "rule-words", rule.description || rule.words);
    const formula = make("details", "rule-formula");
    formula.append(make("summary", "muted", "Its formula"));
    formula.append(make("code", "mono", rule.expression));
    const record = make("p", "rule-record muted", recordWords(rule));
    const measured = measuredWords(rule);
    if (measured) record.append(" ", measured);
    line.append(head, words, record, this.#choice(rule), formula);
    return line;
  }

  #choice(rule: SignalRule): HTMLElement {
    if (!this.#isPerson) {
      const link = make("a", "button button-quiet rule-choose", "Log in to receive it");
      link.href = this.#root.dataset.logIn ?? "";
      return link;
    }
    const button = make("button", "button rule-choose", "Receive it");
    button.type = "button";
    button.value = rule.slug;
    button.ariaLabel = `Receive ${rule.name}`;
    if (rule.chosen) {
      const names = this.#places
        .filter(({ id }) => rule.chosen?.destinations.includes(id))
        .map(({ name }) => name);
      setText(button, `✓ ${names.join(", ") || "received"}`);
      button.classList.add("is-chosen");
      button.ariaLabel = `${rule.name} is received; change`;
    }
    return button;
  }

  readonly #pressed = (event: Event) => {
    const button = (event.target as Element).closest("button");
    const rule = this.#rules.find(({ slug }) => slug === button?.value);
    if (!button || !rule) return;
    this.#choosing = rule;
    setText(part(this.#menu, "choose-title"), `Receive ${rule.name} by`);
    const usual = this.#places.filter(({ kind }) => kind === "in_app");
    const chosen = rule.chosen?.destinations ?? usual.map(({ id }) => id);
    drawChips(part(this.#menu, "choose-list"), this.#places, new Set(chosen));
    part(this.#menu, "unchoose").hidden = rule.chosen === null;
    this.#complain("");
    openBeside(this.#menu, button);
  };

  async #keep(destinations: string[] | null): Promise<void> {
    const rule = this.#choosing;
    if (!rule) return;
    if (destinations?.length === 0) {
      this.#complain("Choose where to send it.");
      return;
    }
    const path = `signals/rules/${rule.slug}/choice`;
    try {
      if (destinations) await send("PUT", path, { destinations });
      else await send("DELETE", path);
      this.#menu.hidePopover();
      toast(
        destinations ? `You receive ${rule.name}.` : `You receive ${rule.name} no more.`,
        "good",
      );
      await this.load();
    } catch (error) {
      this.#complain(allFaults(error));
    }
  }

  #complain(text: string): void {
    const place = part(this.#menu, "choose-fault");
    place.hidden = text === "";
    setText(place, text);
  }
}
