/** Questions to the board's REST API. */

/** What is wrong with each field, by its name. */
export type Fields = Record<string, string[]>;

/** A refusal in the API's own words; `retryAfterS` is null where it names no time. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly retryAfterS: number | null,
    readonly status = 0,
    readonly fields: Fields = {},
  ) {
    super(message);
  }
}

/** Return the answer; raises ApiError for a refusal, TypeError without a network. */
export async function ask<T>(path: string, life: AbortSignal): Promise<T> {
  const answer = await fetch(`/api/${path}`, { signal: life });
  if (answer.ok) return (await answer.json()) as T;
  throw await refusal(answer);
}

/** Send something of the person's own, as one of our pages; raises as `ask` does. */
export async function send(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body: object | null = null,
  more: { headers?: Record<string, string>; keepalive?: boolean; life?: AbortSignal } = {},
): Promise<Response> {
  const answer = await fetch(`/api/${path}`, {
    method,
    keepalive: more.keepalive ?? false,
    signal: more.life ?? null,
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": csrfToken(),
      ...more.headers,
    },
    body: body && JSON.stringify(body),
  });
  if (answer.ok) return answer;
  throw await refusal(answer);
}

function csrfToken(): string {
  return /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}

/** Return what the board said when it refused. */
export async function refusal(answer: Response): Promise<ApiError> {
  const said = (await answer.json().catch(() => null)) as {
    error?: { message?: string; fields?: Fields };
  } | null;
  const wait = Number(answer.headers.get("Retry-After") ?? NaN);
  return new ApiError(
    said?.error?.message ?? `The board answered ${answer.status}.`,
    Number.isFinite(wait) ? wait : null,
    answer.status,
    said?.error?.fields ?? {},
  );
}

/** What to tell a person of a fault of any kind. */
export function whatWentWrong(error: unknown): string {
  return error instanceof ApiError ? error.message : "The board does not answer.";
}

/** Every sentence about the fields, or what else is wrong. */
export function allFaults(error: unknown): string {
  const fields = error instanceof ApiError ? Object.values(error.fields).flat() : [];
  return fields.join(" ") || whatWentWrong(error);
}
