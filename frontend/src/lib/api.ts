/** Questions to the board's REST API. */

/** A refusal in the API's own words; `retryAfterS` is null where it names no time. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly retryAfterS: number | null,
    readonly status = 0,
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
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body: object | null = null,
  more: { headers?: Record<string, string>; keepalive?: boolean } = {},
): Promise<Response> {
  const answer = await fetch(`/api/${path}`, {
    method,
    keepalive: more.keepalive ?? false,
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
    error?: { message?: string };
  } | null;
  const wait = Number(answer.headers.get("Retry-After") ?? NaN);
  return new ApiError(
    said?.error?.message ?? `The board answered ${answer.status}.`,
    Number.isFinite(wait) ? wait : null,
    answer.status,
  );
}
