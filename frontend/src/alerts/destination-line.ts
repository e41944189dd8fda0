/** One destination in the list: how it is, what is to be done, what can be done. */

import { make } from "../lib/dom";
import { moment } from "../lib/format";
import { icon } from "./pieces";
import type { Destination } from "./shapes";
import { KIND_LABELS, msOf } from "./words";

export const MUTES: readonly (readonly [hours: number, label: string])[] = [
  [1, "1 hour"],
  [8, "8 hours"],
  [24, "a day"],
];

function state(one: Destination): HTMLElement {
  if (one.state === "paused") return make("span", "badge badge-danger", "paused");
  if (one.failing_since) return make("span", "badge badge-danger", "failing");
  if (!one.is_ready) return make("span", "badge badge-warn", "to be confirmed");
  const mutedMs = msOf(one.muted_until);
  if (mutedMs !== null && mutedMs > Date.now()) {
    return make("span", "badge badge-warn", `muted until ${moment(mutedMs)}`);
  }
  return make("span", "badge badge-up", "ready");
}

function reason(one: Destination): HTMLElement | null {
  if (!one.last_error || one.next_step.startsWith(one.last_error)) return null;
  const sinceMs = msOf(one.failing_since);
  const since = sinceMs === null ? "" : `Since ${moment(sinceMs)}: `;
  return make("p", "place-fault", since + one.last_error);
}

function button(value: string, label: string, name: string): HTMLButtonElement {
  const made = make("button", "button button-quiet", label);
  made.type = "button";
  made.value = value;
  made.ariaLabel = `${label}: ${name}`;
  return made;
}

/** Kinds that are proved outside of this page, and how that is begun anew. */
const AGAIN: Record<string, string> = {
  telegram: "Make another link",
  webhook: "Send the challenge again",
};

function linkTo(address: string): HTMLAnchorElement {
  const link = make("a", "button button-main", "Open Telegram");
  link.href = address;
  link.target = "_blank";
  link.rel = "noreferrer";
  return link;
}

function verifying(one: Destination): HTMLElement[] {
  if (one.is_ready || one.state === "paused") return [];
  const made: HTMLElement[] = [make("p", "place-step", one.next_step)];
  const again = AGAIN[one.kind];
  if (again) {
    const row = make("div", "place-code");
    if (one.link) row.append(linkTo(one.link));
    row.append(button("again", again, one.name));
    return [...made, row];
  }
  const form = make("form", "place-code");
  const code = make("input", "input input-mono");
  code.name = "code";
  code.autocomplete = "one-time-code";
  code.inputMode = "numeric";
  code.maxLength = 40;
  code.placeholder = "Code";
  code.ariaLabel = `Code of ${one.name}`;
  const confirm = make("button", "button button-main", "Confirm");
  confirm.type = "submit";
  form.append(code, confirm, button("again", "Send it again", one.name));
  made.push(form);
  return made;
}

function acts(one: Destination): HTMLElement {
  const place = make("div", "place-acts");
  if (one.is_ready) place.append(button("test", "Test", one.name), ...pace(one));
  if (one.state === "paused") place.append(button("resume", "Resume", one.name));
  if (one.kind !== "in_app") place.append(button("delete", "Delete", one.name));
  return place;
}

/** How long it is to be silent, and how much it takes in an hour. */
function pace(one: Destination): HTMLElement[] {
  const mute = make("select", "input input-short");
  mute.name = "mute";
  mute.ariaLabel = `Mute ${one.name}`;
  const isMuted = (msOf(one.muted_until) ?? 0) > Date.now();
  mute.append(new Option(isMuted ? "Muted" : "Mute for…", ""));
  for (const [hours, label] of MUTES) mute.append(new Option(label, String(hours)));
  if (isMuted) mute.append(new Option("Speak again", "0"));
  const limit = make("label", "place-limit muted");
  const most = make("input", "input input-short num");
  most.name = "messages_an_hour";
  most.type = "number";
  most.min = "1";
  most.max = "1000";
  most.value = String(one.messages_an_hour);
  most.ariaLabel = `Messages an hour to ${one.name}`;
  limit.append(most, "an hour");
  return [mute, limit];
}

/** Make the line of a destination. */
export function destinationLine(one: Destination): HTMLLIElement {
  const line = make("li", "place");
  line.dataset.id = one.id;
  const head = make("div", "place-head");
  const name = make("span", "place-name");
  name.append(make("b", "", one.name));
  const kind = KIND_LABELS[one.kind] ?? one.kind;
  const address = [kind === one.name ? "" : kind, one.address].filter(Boolean).join(" · ");
  if (address) name.append(make("span", "muted", address));
  head.append(icon(one.kind), name, state(one));
  line.append(head, ...verifying(one));
  const fault = reason(one);
  if (fault) line.append(fault);
  line.append(acts(one));
  return line;
}
