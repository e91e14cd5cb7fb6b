import type { components } from './schema.gen';

/** What the API answers where it refuses or fails: RFC 9457, with a stable code. */
export type Problem = components['schemas']['Problem'];

/** A rule that a request breaks, with a pointer to the field. */
export type Fault = components['schemas']['Fault'];

/**
 * An answer of the API that is not a success. Its message is for people; programs look at `code`,
 * which is stable.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    /** What the API said; made up from the status where something on the way answered instead. */
    readonly problem: Problem,
    /** Seconds after which it is worth trying again; absent where that is not known. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message(problem));
  }

  /** The HTTP status. */
  get status(): number {
    return this.problem.status;
  }

  /** Stable and machine-readable, such as "version_mismatch". */
  get code(): string {
    return this.problem.code;
  }

  /** Names the request in the server's log; empty where none reached the server. */
  get requestId(): string {
    return this.problem.requestId;
  }

  /** The rules that the request breaks; none where it is not about its content. */
  get faults(): readonly Fault[] {
    return this.problem.errors ?? [];
  }
}

function message(p: Problem): string {
  const faults = (p.errors ?? []).map(f => `${f.pointer}: ${f.message}`);
  const text = [p.detail || p.title, ...faults].join('\n');
  return p.requestId ? `${text} (request ${p.requestId})` : text;
}

/** Reads the problem that a response tells of. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const after = retryAfter(response);
  const type = response.headers.get('Content-Type') ?? '';
  if (type.startsWith('application/problem+json')) {
    return new ProblemError((await response.json()) as Problem, after);
  }
  // A proxy answered, or the server was cut off.
  return new ProblemError(
    {
      type: 'about:blank',
      title: response.statusText || `HTTP ${response.status}`,
      status: response.status,
      code: `http_${response.status}`,
      detail: `${response.url || 'the server'} answered ${
        response.status
      } without saying why`,
      requestId: response.headers.get('X-Request-Id') ?? '',
    },
    after,
  );
}

/**
 * Reads Retry-After, which is a number of seconds or a date (RFC 9110, 10.2.3), as seconds from
 * now, never below 0.
 */
export function retryAfter(
  response: Response,
  now: number = Date.now(),
): number | undefined {
  const text = response.headers.get('Retry-After')?.trim();
  if (!text) {
    return undefined;
  }
  if (/^\d+$/.test(text)) {
    return Number(text);
  }
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}
