/** @jest-environment node */
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
} from '@backstage/backend-test-utils';
import { ResponseError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { request, type RequestListener } from 'node:http';

import evenkeelPlugin from './index';
import { MAX_BODY } from './api/passage';
import { raw, type RawAnswer } from './__testUtils__/raw';
import { StandIn } from './__testUtils__/standin';

let api: StandIn;
let backend: TestBackend | undefined;
let portal: string;
const authorize = jest.fn();

const quiet: RequestListener = (_req, res) => {
  res.setHeader('Content-Type', 'application/json').end('{}');
};

async function startPortal(baseUrl: string, timeoutSeconds = 60) {
  await backend?.stop();
  backend = await startTestBackend({
    features: [
      evenkeelPlugin,
      mockServices.rootConfig.factory({
        data: {
          evenkeel: {
            baseUrl,
            timeoutSeconds,
            notifications: { enabled: false },
          },
        },
      }),
      mockServices.permissions.mock({ authorize }).factory,
    ],
  });
  portal = `http://127.0.0.1:${backend.server.port()}`;
}

beforeAll(async () => {
  api = await StandIn.start();
  await startPortal(api.url);
});

beforeEach(() => {
  api.came.length = 0;
  api.answer = quiet;
  authorize.mockReset();
  authorize.mockResolvedValue([{ result: AuthorizeResult.ALLOW }]);
});

afterAll(async () => {
  await backend?.stop();
  await api.stop();
});

const ada = { authorization: mockCredentials.user.header('user:default/ada') };
const asked = (path: string, options?: Parameters<typeof raw>[2]) =>
  raw(portal, `/api/evenkeel${path}`, {
    ...options,
    headers: { ...ada, ...options?.headers },
  });

function problem(answer: RawAnswer) {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  return JSON.parse(answer.body);
}

it('asks the API for the person, with what belongs to the request and nothing else', async () => {
  await asked('/v1/services?limit=5&query=a%20b', {
    headers: {
      accept: 'application/json',
      'if-none-match': '"7"',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      cookie: 'backstage-auth=stolen',
      forwarded: 'for=10.0.0.1',
      'x-forwarded-user': 'sam',
      'x-evenkeel-person': 'sam',
      'proxy-authorization': 'Basic c2FtOnNhbQ==',
    },
  });

  const { method, url, headers } = api.one;
  expect(`${method} ${url}`).toBe('GET /v1/services?limit=5&query=a%20b');
  const { authorization, ...others } = headers;
  expect(authorization).toBe(
    mockCredentials.service.header({
      onBehalfOf: mockCredentials.user('user:default/ada'),
      targetPluginId: 'evenkeel-api',
    }),
  );
  expect(others).toEqual({
    accept: 'application/json',
    'if-none-match': '"7"',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'user-agent': 'evenkeel-portal',
    host: api.url.slice('http://'.length),
    connection: 'keep-alive',
  });
});

it('carries a change there and its answer back', async () => {
  api.answer = (_req, res) => {
    res.writeHead(201, {
      'Content-Type': 'application/json',
      ETag: '"1"',
      Location: '/v1/teams/payments',
      'X-Request-Id': '01JD9Z7P6M5W8Q3K2N4T6V8X0Y',
      RateLimit: '"default";r=9;t=1',
      'Set-Cookie': 'a=b',
      Server: 'somebody',
      'Access-Control-Allow-Origin': '*',
    });
    res.end('{"slug":"payments"}');
  };
  const answer = await asked('/v1/teams', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': 'one',
      'if-match': '"3"',
    },
    body: '{"slug":"payments","name":"Zahlungen für alle"}',
  });

  expect(api.one).toMatchObject({
    method: 'POST',
    url: '/v1/teams',
    body: '{"slug":"payments","name":"Zahlungen für alle"}',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': 'one',
      'if-match': '"3"',
    },
  });
  expect(answer.status).toBe(201);
  expect(answer.body).toBe('{"slug":"payments"}');
  expect(answer.headers).toMatchObject({
    etag: '"1"',
    location: '/api/evenkeel/v1/teams/payments',
    'x-request-id': '01JD9Z7P6M5W8Q3K2N4T6V8X0Y',
    ratelimit: '"default";r=9;t=1',
  });
  for (const name of ['set-cookie', 'server', 'access-control-allow-origin']) {
    expect(answer.headers).not.toHaveProperty(name);
  }
});

it('leads to the new place of what was renamed, in the portal', async () => {
  api.answer = (_req, res) => {
    res.writeHead(308, {
      Location: `${api.url}/v1/services/checkout?limit=1`,
      Link: '</v1/services?after=eyJ>; rel="next"',
    });
    res.end();
  };
  const answer = await asked('/v1/services/basket');
  expect(answer.status).toBe(308);
  expect(answer.headers.location).toBe(
    '/api/evenkeel/v1/services/checkout?limit=1',
  );
  expect(answer.headers.link).toBe(
    '</api/evenkeel/v1/services?after=eyJ>; rel="next"',
  );
});

it.each(['https://elsewhere.example.org/v1/services', '//elsewhere/v1/x', '/'])(
  'leads nobody to %s',
  async location => {
    api.answer = (_req, res) => {
      res.writeHead(308, { Location: location, Link: `<${location}>` }).end();
    };
    const answer = await asked('/v1/services/basket');
    expect(answer.status).toBe(308);
    expect(answer.headers).not.toHaveProperty('location');
    expect(answer.headers).not.toHaveProperty('link');
  },
);

it('passes on what the API refuses as it is', async () => {
  const body =
    '{"type":"urn:evenkeel:problem:rate_limited","title":"Too Many Requests","status":429,"code":"rate_limited","detail":"slower","requestId":"01JD9Z7P6M5W8Q3K2N4T6V8X0Y"}';
  api.answer = (_req, res) => {
    res.writeHead(429, {
      'Content-Type': 'application/problem+json',
      'Retry-After': '3',
    });
    res.end(body);
  };
  const answer = await asked('/v1/services');
  expect(answer.status).toBe(429);
  expect(answer.headers['retry-after']).toBe('3');
  expect(answer.body).toBe(body);
});

it.each([
  ['nobody', mockCredentials.none.header(), 401],
  ['who has a token that is none', mockCredentials.user.invalidHeader(), 401],
  ['another plugin for itself', mockCredentials.service.header(), 403],
  ['who has a cookie alone', '', 401],
])('does nothing for %s', async (_, authorization, status) => {
  const answer = await raw(portal, '/api/evenkeel/v1/services', {
    headers: {
      // An empty header stands for somebody unknown; the mock takes none at all for a person.
      authorization: authorization || mockCredentials.none.header(),
      cookie: mockCredentials.limitedUser.cookie(),
    },
  });
  expect(answer.status).toBe(status);
  expect(problem(answer).status).toBe(status);
  expect(api.came).toEqual([]);
});

it('asks for the person for whom another plugin asks', async () => {
  const answer = await raw(portal, '/api/evenkeel/v1/services', {
    headers: {
      authorization: mockCredentials.service.header({
        onBehalfOf: mockCredentials.user('user:default/ada'),
        targetPluginId: 'evenkeel',
      }),
    },
  });
  expect(answer.status).toBe(200);
  expect(api.one.headers.authorization).toBe(
    mockCredentials.service.header({
      onBehalfOf: mockCredentials.user('user:default/ada'),
      targetPluginId: 'evenkeel-api',
    }),
  );
});

it.each([
  ['GET', '/v1/services', 'evenkeel.read'],
  ['HEAD', '/v1/services', 'evenkeel.read'],
  ['POST', '/v1/services', 'evenkeel.change'],
  ['PUT', '/v1/services/checkout', 'evenkeel.change'],
  ['DELETE', '/v1/systems/shop', 'evenkeel.change'],
])('%s %s needs the permission %s', async (method, path, name) => {
  authorize.mockResolvedValue([{ result: AuthorizeResult.DENY }]);
  const answer = await asked(path, { method });
  expect(answer.status).toBe(403);
  expect(api.came).toEqual([]);
  expect(authorize).toHaveBeenCalledWith(
    [{ permission: expect.objectContaining({ name }) }],
    { credentials: mockCredentials.user('user:default/ada') },
  );
});

it('says which permission the portal does not give', async () => {
  authorize.mockResolvedValue([{ result: AuthorizeResult.DENY }]);
  expect(problem(await asked('/v1/services'))).toMatchObject({
    type: 'urn:evenkeel:problem:portal_forbidden',
    title: 'Forbidden',
    status: 403,
    code: 'portal_forbidden',
    detail: expect.stringContaining('evenkeel.read'),
    requestId: '',
  });
});

it('knows somebody no more whom the permissions know no more', async () => {
  const over = new Response('{}', { status: 401 });
  authorize.mockRejectedValue(await ResponseError.fromResponse(over));
  const answer = await asked('/v1/services');
  expect(answer.status).toBe(401);
  expect(problem(answer).code).toBe('portal_unauthenticated');
  expect(api.came).toEqual([]);
});

it.each([
  ['GET', '/v1/tokens', 404, 'not_in_portal'],
  ['POST', '/v1/people/ada/sign-in-links', 404, 'not_in_portal'],
  ['GET', '/v1/services/../tokens', 400, 'malformed_path'],
  ['GET', '/v1/services/%2e%2e/tokens', 400, 'malformed_path'],
  ['GET', '/v1/services%2Fcheckout', 400, 'malformed_path'],
  ['GET', '/v1', 404, 'not_in_portal'],
  ['DELETE', '/v1/services/checkout', 405, 'method_not_allowed'],
])('refuses %s %s with %d', async (method, path, status, code) => {
  const answer = await asked(path, { method });
  expect(answer.status).toBe(status);
  expect(problem(answer).code).toBe(code);
  expect(api.came).toEqual([]);
});

it.each(['/metrics', '/openapi.json', '/', '/v10/services', '/..;/v1/tokens'])(
  'leads nothing but the API: not %s',
  async path => {
    expect((await asked(path)).status).toBe(404);
    expect(api.came).toEqual([]);
  },
);

it('does not carry the body of what takes none', async () => {
  await asked('/v1/systems/shop', {
    method: 'DELETE',
    headers: { 'transfer-encoding': 'chunked' },
    body: 'GET /v1/tokens HTTP/1.1\r\nHost: x\r\n\r\n',
  });
  expect(api.one).toMatchObject({
    method: 'DELETE',
    url: '/v1/systems/shop',
    body: '',
  });
});

it('refuses a body that says that it is too large, and one that turns out to be', async () => {
  const large = Buffer.alloc(MAX_BODY + 1, 'a');
  const said = await asked('/v1/teams', {
    method: 'POST',
    headers: { 'content-length': String(large.length) },
  }).catch(error => error);
  expect(said).toMatchObject({ status: 413 });
  expect(api.came).toEqual([]);

  const found = await asked('/v1/teams', {
    method: 'POST',
    headers: { 'transfer-encoding': 'chunked' },
    body: large,
  });
  expect(found.status).toBe(413);
  expect(problem(found).code).toBe('body_too_large');
});

it('lets an answer through as it comes', async () => {
  let more: () => void = () => {};
  api.answer = (_req, res) => {
    res.setHeader('Content-Type', 'application/x-ndjson');
    res.write('first\n');
    more = () => res.end('second\n');
  };
  const parts: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const { hostname, port } = new URL(portal);
    const path = '/api/evenkeel/v1/reports/preview';
    request({ hostname, port, path, headers: ada, agent: false }, answer => {
      answer.on('data', part => {
        parts.push(String(part));
        more(); // what comes second is sent only when the first has arrived
      });
      answer.on('end', resolve).on('error', reject);
    }).end();
  });
  expect(parts).toEqual(['first\n', 'second\n']);
});

it('gives up at the API when whoever asked goes away', async () => {
  const { hostname, port } = new URL(portal);
  const leaving = request({
    hostname,
    port,
    path: '/api/evenkeel/v1/services',
    headers: ada,
    agent: false,
  });
  const gone = new Promise<void>(resolve => {
    api.answer = (_req, res) => {
      res.on('close', resolve);
      leaving.destroy();
    };
  });
  leaving.on('error', () => {}).end();
  await expect(gone).resolves.toBeUndefined();
});

it('breaks off an answer that breaks off', async () => {
  api.answer = (_req, res) => {
    res.writeHead(200, { 'Content-Length': '100' });
    res.write('half', () => res.destroy());
  };
  const answer = await asked('/v1/services');
  expect(answer.body).toBe('broken off');
});

describe('when the API is away', () => {
  afterAll(() => startPortal(api.url));

  it('says so in the shape of the API, and where it is to nobody but the log', async () => {
    const gone = await StandIn.start();
    const { url } = gone;
    await gone.stop();
    await startPortal(url);
    const answer = await asked('/v1/services');
    expect(answer.status).toBe(502);
    expect(answer.headers['retry-after']).toBe('5');
    expect(problem(answer)).toEqual({
      type: 'urn:evenkeel:problem:evenkeel_unreachable',
      title: 'Bad Gateway',
      status: 502,
      code: 'evenkeel_unreachable',
      detail: 'the portal does not reach the Evenkeel API; try again later',
      requestId: '',
    });
  });

  it('waits no longer than it was told to', async () => {
    await startPortal(api.url, 0.2);
    api.answer = () => {};
    const answer = await asked('/v1/services');
    expect(answer.status).toBe(504);
    expect(problem(answer).code).toBe('evenkeel_timeout');
  });
});

it.each([
  ['not an address', 'evenkeel.baseUrl is not the address of an API'],
  ['ftp://evenkeel', 'evenkeel.baseUrl is not the address of an API'],
  [
    'https://u:secret@evenkeel',
    'evenkeel.baseUrl is not the address of an API',
  ],
])('does not start with %s', async (baseUrl, message) => {
  const started = startTestBackend({
    features: [
      evenkeelPlugin,
      mockServices.rootConfig.factory({ data: { evenkeel: { baseUrl } } }),
    ],
  });
  await expect(started).rejects.toThrow(message);
});
