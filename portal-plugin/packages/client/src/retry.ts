import { retryAfter } from './problem';

/** How requests are tried again. */
export type RetryOptions = {
  /** How often a request is sent at most; 1 never tries again. 4 by default. */
  attempts?: number;
  /** Milliseconds before the second attempt, doubled for each further one; 200 by default. */
  baseDelayMs?: number;
  /** Milliseconds that are waited at most for one attempt, Retry-After included; 30,000 by default. */
  maxDelayMs?: number;
};

/** What can be fetched with: the fetch of Node and browsers, or that of Backstage. */
export type Fetch = (request: Request) => Promise<Response>;

// What says that the server did not do it, and may later.
const passing = new Set([429, 502, 503, 504]);

/**
 * Wraps fetch so that requests are sent again that have no further effect when they are: all but
 * those by POST and PATCH without an Idempotency-Key. They are after 429, 502, 503 and 504 and
 * after a failed connection; as Retry-After says, otherwise after a delay that grows and is
 * spread by chance, so that clients do not come back all at once. What is still refused after
 * the last attempt is returned as it is.
 */
export function retrying(fetch: Fetch, options: RetryOptions = {}): Fetch {
  const { attempts = 4, baseDelayMs = 200, maxDelayMs = 30_000 } = options;
  return async request => {
    const last = repeatable(request) ? attempts : 1;
    for (let attempt = 1; ; attempt++) {
      const delay =
        Math.random() * Math.min(baseDelayMs * 2 ** (attempt - 1), maxDelayMs);
      try {
        const response = await fetch(request.clone());
        if (attempt >= last || !passing.has(response.status)) {
          return response;
        }
        const after = retryAfter(response);
        if (after !== undefined && after * 1000 > maxDelayMs) {
          return response; // it says when, and that is for the caller to wait for
        }
        await response.body?.cancel();
        await sleep(
          after === undefined ? delay : after * 1000 + delay,
          request.signal,
        );
      } catch (error) {
        if (attempt >= last || request.signal.aborted) {
          throw error;
        }
        await sleep(delay, request.signal);
      }
    }
  };
}

function repeatable(request: Request): boolean {
  return (
    !['POST', 'PATCH'].includes(request.method) ||
    request.headers.has('Idempotency-Key')
  );
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      timer = setTimeout(resolve, ms);
    });
  } finally {
    clearTimeout(timer);
    if (stop) {
      signal.removeEventListener('abort', stop);
    }
  }
}
