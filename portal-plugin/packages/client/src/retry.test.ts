/** @jest-environment node */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

import { evenkeel, items, ProblemError, value } from './index';
import { retryAfter } from './problem';

const servers: Server[] = [];
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that gives these answers, one after the other, and the last for ever. */
async function answering(...answers: Answer[]) {
  const seen: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)];
    seen.push(request);
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
  };
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
});

const refusing =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end();

const telling =
  (body: unknown, status = 200): Answer =>
  (_, response) =>
    response
      .writeHead(status, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(body));

const fast = { baseDelayMs: 1 };

describe('what is tried again', () => {
  it.each([429, 502, 503, 504])(
    'is a GET that is answered with %d',
    async status => {
      const { baseUrl, seen } = await answering(
        refusing(status),
        refusing(status),
        telling({ items: [] }),
      );
      await evenkeel({ baseUrl, retry: fast }).GET('/v1/services');
      expect(seen).toHaveLength(3);
    },
  );

  it('is no answer that says what is wrong', async () => {
    const { baseUrl, seen } = await answering(refusing(404));
    await expect(
      evenkeel({ baseUrl, retry: fast }).GET('/v1/services'),
    ).rejects.toMatchObject({ status: 404, code: 'http_404' });
    expect(seen).toHaveLength(1);
  });

  it('is a POST, with one key for all attempts', async () => {
    const { baseUrl, seen } = await answering(
      refusing(503),
      telling({ slug: 'payments' }, 201),
    );
    await evenkeel({ baseUrl, retry: fast }).POST('/v1/teams', {
      body: { slug: 'payments', name: 'Payments' },
    });
    const keys = seen.map(r => r.headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  it('is a connection that was cut', async () => {
    const { baseUrl, seen } = await answering(
      request => request.socket.destroy(),
      telling({ items: [] }),
    );
    await evenkeel({ baseUrl, retry: fast }).GET('/v1/services');
    expect(seen).toHaveLength(2);
  });

  it('ends after the attempts that are allowed, with what was answered', async () => {
    const { baseUrl, seen } = await answering(
      refusing(503, { 'X-Request-Id': 'R1' }),
    );
    await expect(
      evenkeel({ baseUrl, retry: { ...fast, attempts: 2 } }).GET(
        '/v1/services',
      ),
    ).rejects.toMatchObject({ status: 503, requestId: 'R1' });
    expect(seen).toHaveLength(2);
  });

  it('waits as long as Retry-After says', async () => {
    const { baseUrl } = await answering(
      refusing(429, { 'Retry-After': '1' }),
      telling({ items: [] }),
    );
    const began = performance.now();
    await evenkeel({ baseUrl, retry: fast }).GET('/v1/services');
    expect(performance.now() - began).toBeGreaterThanOrEqual(995); // a second; timers may be early by a little
  });

  it('does not wait for longer than is allowed, and says how long', async () => {
    const { baseUrl, seen } = await answering(
      refusing(429, { 'Retry-After': '3600' }),
    );
    await expect(
      evenkeel({ baseUrl, retry: fast }).GET('/v1/services'),
    ).rejects.toMatchObject({ retryAfterSeconds: 3600 });
    expect(seen).toHaveLength(1);
  });

  it('stops when the caller does not wait any more', async () => {
    const { baseUrl, seen } = await answering(
      refusing(503, { 'Retry-After': '20' }),
    );
    const stop = new AbortController();
    const reply = evenkeel({ baseUrl }).GET('/v1/services', {
      signal: stop.signal,
    });
    while (seen.length === 0) {
      await new Promise(resolve => setImmediate(resolve));
    }
    stop.abort(new Error('left'));
    await expect(reply).rejects.toThrow('left');
    expect(seen).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  // The two forms of RFC 9110, 10.2.3, with its own example of a date.
  const now = Date.UTC(1999, 11, 31, 23, 59, 49);
  it.each([
    ['120', 120],
    ['Fri, 31 Dec 1999 23:59:59 GMT', 10],
    ['Fri, 31 Dec 1999 23:59:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
  ])('%j is %p seconds', (text, seconds) => {
    expect(
      retryAfter(new Response(null, { headers: { 'Retry-After': text } }), now),
    ).toBe(seconds);
  });
});

describe('pages', () => {
  it('are read as they are needed', async () => {
    const { baseUrl, seen } = await answering(
      telling({ items: [{ slug: 'a' }, { slug: 'b' }], next: 'n 1' }),
      telling({ items: [{ slug: 'c' }] }),
    );
    const read: [string, number][] = [];
    for await (const team of items(evenkeel({ baseUrl }), '/v1/teams', {
      query: { limit: 2 },
    })) {
      read.push([team.slug, seen.length]);
    }
    expect(read).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 2],
    ]);
    expect(seen.map(r => r.url)).toEqual([
      '/v1/teams?limit=2',
      '/v1/teams?limit=2&after=n%201',
    ]);
  });
});

describe('errors', () => {
  it('name each field, and the request', async () => {
    const problem = {
      type: 'urn:evenkeel:problem:invalid_input',
      title: 'Unprocessable Entity',
      status: 422,
      code: 'invalid_input',
      detail: 'the request breaks 1 rule',
      requestId: 'R2',
      errors: [{ pointer: '/slug', message: 'is too long' }],
    };
    const { baseUrl } = await answering((_, response) =>
      response
        .writeHead(422, { 'Content-Type': 'application/problem+json' })
        .end(JSON.stringify(problem)),
    );
    const reply = value(evenkeel({ baseUrl }).GET('/v1/services'));
    await expect(reply).rejects.toBeInstanceOf(ProblemError);
    await expect(reply).rejects.toMatchObject({
      message: 'the request breaks 1 rule\n/slug: is too long (request R2)',
      faults: problem.errors,
    });
  });
});
