import createFetchClient, { type Client } from 'openapi-fetch';

import { problemOf } from './problem';
import { retrying, type Fetch, type RetryOptions } from './retry';
import type { paths } from './schema.gen';

/** Where the API is, and how it is called. */
export type EvenkeelOptions = {
  /** Where the API is, such as "https://evenkeel.example.org", without "/v1". */
  baseUrl: string;
  /** A personal token or a workload's, or what gives one for each request; without, none is sent. */
  token?: string | (() => string | Promise<string>);
  /** Sends requests; the fetch of Node or the browser by default. */
  fetch?: Fetch;
  /** How requests are tried again. */
  retry?: RetryOptions;
};

/**
 * The API: a method for each of HTTP's, with paths, parameters, bodies and answers typed by the
 * OpenAPI document. Each rejects with a ProblemError where the API refuses or fails, so that the
 * `data` of what comes back is there; see `value` and `versioned`.
 */
export type Evenkeel = Client<paths, 'application/json'>;

/**
 * Makes a client. Requests by POST get an Idempotency-Key of their own unless they have one, so
 * that they can be sent again without making a thing twice.
 */
export function evenkeel(options: EvenkeelOptions): Evenkeel {
  const {
    baseUrl,
    token,
    fetch = request => globalThis.fetch(request),
    retry,
  } = options;
  const client = createFetchClient<paths, 'application/json'>({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    fetch: retrying(fetch, retry),
  });
  client.use({
    async onRequest({ request }) {
      if (token !== undefined) {
        request.headers.set(
          'Authorization',
          `Bearer ${typeof token === 'string' ? token : await token()}`,
        );
      }
      if (
        request.method === 'POST' &&
        !request.headers.has('Idempotency-Key')
      ) {
        request.headers.set('Idempotency-Key', globalThis.crypto.randomUUID());
      }
      return request;
    },
    async onResponse({ response }) {
      // 304 is what was asked for with If-None-Match.
      if (!response.ok && response.status !== 304) {
        throw await problemOf(response);
      }
      return undefined;
    },
  });
  return client;
}
