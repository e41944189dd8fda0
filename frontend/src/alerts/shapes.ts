/** What the API says of alerts, signals and destinations. */

export type Side = "bull" | "bear" | "neutral";
export type AlertState = "active" | "open" | "paused" | "finished" | "expired" | "waiting";

export interface Form {
  metric: string;
  operator: string;
  value: number;
  high?: number | null;
  window?: string | null;
  hysteresis_pct?: number | null;
}

/** What a person writes of an alert. */
export interface AlertBody {
  name: string;
  scope: "pair" | "watchlist" | "screen" | "market";
  symbol: string;
  watchlist: string | null;
  screen: string | null;
  form: Form | null;
  expression: string;
  closes_when: string;
  clock: "closed" | "live";
  timeframe: string;
  mode: string;
  remind_minutes: number;
  cool_down_minutes: number;
  escalate_step: number | null;
  expires_at: string | null;
  quiet: { start: string; end: string } | null;
  time_zone: string;
  template: string;
  destinations: string[];
}

export interface Alert extends AlertBody {
  id: number;
  words: string;
  state: AlertState;
  is_enabled: boolean;
  open_pairs: number;
  last_fired_ms: number | null;
  fired_total: number;
}

export interface Outcome {
  return_15m: number | null;
  return_1h: number | null;
  return_4h: number | null;
  return_24h: number | null;
}

export interface Episode {
  id: number;
  rule: { kind: "alert" | "signal"; id?: number; slug?: string; name: string };
  symbol: string;
  side: Side;
  clock: string;
  opened_ms: number;
  closed_ms: number | null;
  price: number | null;
  metric: string;
  value: number | null;
  escalations: number;
  is_late: boolean;
  delay_ms: number;
  values: Record<string, number | null>;
  words: string;
  outcome: Outcome | null;
  deliveries?: { destination: string; kind: string; state: string; last_error: string }[];
}

export interface Episodes {
  episodes: Episode[];
  next: string | number | null;
}

export interface Horizon {
  minutes: number;
  count: number;
  mean: number | null;
  median: number | null;
  share_up: number | null;
  base_share_up: number | null;
  low: number | null;
  high: number | null;
}

export interface Hit {
  target_pct: number;
  stop_pct: number;
  hits: number;
  count: number;
  undecided: number;
  rate: number | null;
  low: number | null;
  high: number | null;
  base_rate: number | null;
}

export interface PastRecord {
  days: number;
  fires: number;
  fires_a_day: number | null;
  pairs: number;
  horizons: Horizon[];
  hit: Hit | null;
  is_little_data: boolean;
  sentence: string;
  fires_list: { symbol: string; at_ms: number; price: number; path: (number | null)[] }[];
  path_minutes: number[];
  missing_days: string[];
}

/** What the board has understood of a rule. */
export interface Understood {
  now: {
    symbol: string;
    value: number | null;
    distance: number | null;
    words: string;
  } | null;
  normal_form: string;
  words: string;
}

/** A record that takes a while; `progress` is from 0 to 1. */
export interface Job extends Understood {
  job: string;
  progress: number;
}

export interface Preview extends Understood {
  record: PastRecord | null;
  problems: (string | { message: string })[];
}

export interface Destination {
  id: string;
  kind: string;
  name: string;
  address: string;
  state: "unverified" | "verified" | "paused";
  is_ready: boolean;
  muted_until: string | number | null;
  messages_an_hour: number;
  failing_since: string | number | null;
  last_error: string;
  next_step: string;
  link: string;
  secret?: string;
}

export interface Share {
  count: number;
  share: number;
  low: number;
  high: number;
}

/** What came after a rule's own episodes, of one version of it. */
export interface Measured {
  version: string;
  fires: number;
  up_1h: Share | null;
  hit: Share | null;
}

export interface SignalRule {
  slug: string;
  name: string;
  side: Side;
  expression: string;
  words: string;
  cool_down_minutes: number;
  description: string;
  version: string;
  is_enabled: boolean;
  tripped: string | boolean | null;
  fired_24h: number;
  record: PastRecord | null;
  measured: Measured[];
  chosen: { destinations: string[] } | null;
}

export interface Notification {
  id: number | string;
  title: string;
  text: string;
  link: string;
  created_at: string | number;
  read_at: string | number | null;
  symbol: string;
}
