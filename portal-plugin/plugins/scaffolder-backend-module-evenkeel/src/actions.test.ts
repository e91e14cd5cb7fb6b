/** @jest-environment node */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { evenkeel, value } from '@evenkeel/client';
import { startProgram, type Program } from 'trial/program';

import { createDeclareAction } from './declare';
import type { Portal } from './portal';
import { createRegisterAction } from './register';

type Seen = {
  method: string;
  path: string;
  token: string;
  key: string | undefined;
  body: unknown;
};

/** Stands for the portal's backend of Evenkeel: keeps what is asked, and answers as it is told. */
class Backend {
  readonly seen: Seen[] = [];
  status = 201;
  answer: object = { id: '01', slug: 'checkout' };
  private readonly server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', chunk => {
      text += chunk;
    });
    request.on('end', () => {
      this.seen.push({
        method: request.method ?? '',
        path: request.url ?? '',
        token: request.headers.authorization ?? '',
        key: request.headers['idempotency-key']?.toString(),
        body: text ? JSON.parse(text) : undefined,
      });
      const type = this.status < 400 ? 'json' : 'problem+json';
      response
        .writeHead(this.status, { 'Content-Type': `application/${type}` })
        .end(JSON.stringify(this.answer));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>(ready => this.server.listen(0, '127.0.0.1', ready));
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/api/evenkeel`;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise(done => this.server.close(done));
  }

  refuse(status: number, code: string, errors: object[] = []) {
    this.status = status;
    this.answer = {
      ...{ type: `urn:evenkeel:problem:${code}`, title: 'Refused', status },
      ...{ code, detail: 'this is not right', requestId: 'R1', errors },
    };
  }
}

const backend = new Backend();
const address = 'https://portal.example';
let portal: Portal;

beforeAll(async () => {
  const url = await backend.start();
  portal = {
    address,
    auth: mockServices.auth({ pluginId: 'scaffolder' }),
    discovery: mockServices.discovery.mock({ getBaseUrl: async () => url }),
  };
});
beforeEach(() => {
  backend.seen.length = 0;
  backend.status = 201;
  backend.answer = { id: '01', slug: 'checkout' };
});
afterAll(() => backend.stop());

const checkout = {
  service: 'checkout',
  name: 'Checkout',
  team: 'payments',
  kind: 'http' as const,
  tier: 1,
};
const availability = {
  service: 'checkout',
  slo: 'availability',
  name: 'Orders can be paid',
  category: 'availability' as const,
  objective: '99.9%',
};

function step<T extends JsonObject>(input: T, isDryRun = false) {
  return {
    ...createMockActionContext<T>({
      input,
      task: { id: 'task-7' },
    }),
    // What the mock does not take.
    getInitiatorCredentials: async () =>
      mockCredentials.user('user:default/ada'),
    isDryRun,
    step: { id: 'the step' },
  };
}

describe('evenkeel:service:register', () => {
  it('registers it as who runs the template, and says where it is', async () => {
    const ctx = step({ ...checkout, runbook: 'https://r.example' });
    await createRegisterAction(portal).handler(ctx);
    expect(backend.seen).toEqual([
      {
        method: 'POST',
        path: '/api/evenkeel/v1/services',
        token: expect.any(String),
        key: 'scaffolder:task-7:the%20step:checkout',
        body: {
          slug: 'checkout',
          name: 'Checkout',
          team: 'payments',
          kind: 'http',
          tier: 1,
          lifecycle: 'production',
          runbook: 'https://r.example',
        },
      },
    ]);
    // The token of the test's own service says for whom it is, and to whom it is given.
    const { token } = backend.seen[0];
    expect(JSON.parse(token.slice(token.indexOf('{')))).toMatchObject({
      obo: 'user:default/ada',
      target: 'evenkeel',
    });
    expect(ctx.output).toHaveBeenCalledWith('id', '01');
    expect(ctx.output).toHaveBeenCalledWith(
      'url',
      'https://portal.example/evenkeel/services/checkout',
    );
  });

  it('is the same request when the task is run again, and another for another service', async () => {
    const action = createRegisterAction(portal);
    await action.handler(step(checkout));
    await action.handler(step(checkout));
    await action.handler(step({ ...checkout, service: 'till' }));
    const keys = backend.seen.map(seen => seen.key);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('names the field, the value and what would be right', async () => {
    backend.refuse(422, 'invalid_input', [
      { pointer: '/slug', message: 'must be a label', value: 'Check Out' },
      { pointer: '/tier', message: 'must be from 1 to 4' },
    ]);
    const refused = createRegisterAction(portal).handler(step(checkout));
    await expect(refused).rejects.toMatchObject({
      name: 'InputError',
      message: [
        'Evenkeel refuses the service "checkout": this is not right',
        'input.service is "Check Out": it must be a label',
        'input.tier: it must be from 1 to 4',
        '(request R1)',
      ].join('\n'),
    });
  });

  it.each([
    [403, 'NotAllowedError'],
    [409, 'ConflictError'],
    [500, 'Error'],
  ])('fails where %d is answered with %s', async (status, name) => {
    backend.refuse(status, 'refused');
    await expect(
      createRegisterAction(portal).handler(step(checkout)),
    ).rejects.toMatchObject({ name });
  });
});

describe('evenkeel:slo:declare', () => {
  it('declares it, and says where it is', async () => {
    const source = { dataSource: 'p', ratio: { good: 'a', total: 'b' } };
    const ctx = step({ ...availability, goodEvent: 'An answer', source });
    await createDeclareAction(portal).handler(ctx);
    expect(backend.seen[0]).toMatchObject({
      method: 'POST',
      path: '/api/evenkeel/v1/services/checkout/slos',
      key: 'scaffolder:task-7:the%20step:checkout:availability',
      body: {
        slug: 'availability',
        objective: '99.9%',
        indicator: {
          category: 'availability',
          description: 'An answer',
          resolutionSeconds: 60,
          source,
        },
      },
    });
    expect(ctx.output).toHaveBeenCalledWith(
      'url',
      'https://portal.example/evenkeel/slos/checkout/availability',
    );
  });

  it.each([
    ['/slug', 'input.slo'],
    ['/objective', 'input.objective'],
    ['/indicator/source/ratio/total', 'input.source.ratio.total'],
    ['/indicator/description', 'input.goodEvent'],
    ['/indicator/groupBy', 'input.groupBy'],
    ['', 'input'],
  ])('tells what is wrong at %j as %s', async (pointer, field) => {
    backend.refuse(422, 'invalid_input', [{ pointer, message: 'is wrong' }]);
    await expect(
      createDeclareAction(portal).handler(step(availability)),
    ).rejects.toThrow(`\n${field}: it is wrong\n`);
  });
});

describe('with the program itself', () => {
  let program: Program;
  let real: Portal;

  beforeAll(async () => {
    program = await startProgram();
    // In place of the backend, which hands the person on: the administrator asks it directly.
    real = {
      address,
      auth: mockServices.auth.mock({
        getPluginRequestToken: async () => ({ token: program.token }),
      }),
      discovery: mockServices.discovery.mock({
        getBaseUrl: async () => program.url,
      }),
    };
  }, 60_000);
  afterAll(() => program?.stop());

  const till = { ...checkout, service: 'till', team: 'platform' };

  it('makes a service and its SLO once, however often the task is run', async () => {
    const tried = step(till, true);
    await createRegisterAction(real).handler(tried);
    expect(tried.output).not.toHaveBeenCalledWith('id', expect.anything());

    const register = createRegisterAction(real);
    const first = step(till);
    await register.handler(first);
    await register.handler(step(till));
    const declare = createDeclareAction(real);
    const slo = { ...availability, service: 'till' };
    await declare.handler(step(slo, true));
    await declare.handler(step(slo));
    await declare.handler(step(slo));

    const api = evenkeel({ baseUrl: program.url, token: program.token });
    const path = { service: 'till' };
    const made = await value(
      api.GET('/v1/services/{service}', { params: { path } }),
    );
    expect(first.output).toHaveBeenCalledWith('id', made.id);
    const declared = await value(
      api.GET('/v1/services/{service}/slos', { params: { path } }),
    );
    expect(declared.items?.map(one => [one.slug, one.objective])).toEqual([
      ['availability', '99.9%'],
    ]);

    // What a dry run finds out: both names are taken now.
    await expect(register.handler(step(till, true))).rejects.toThrow(
      'a service is called "till" already',
    );
    await expect(declare.handler(step(slo, true))).rejects.toThrow(
      'an SLO of "till" is called "availability" already',
    );
  });

  it('says what the program says is wrong', async () => {
    await expect(
      createRegisterAction(real).handler(
        step({ ...till, service: 'Not A Label', team: 'nobody' }),
      ),
    ).rejects.toThrow(/input\.service is "Not A Label": it /);
    await expect(
      createRegisterAction(real).handler(
        step({ ...till, service: 'other', team: 'nobody' }, true),
      ),
    ).rejects.toThrow('Evenkeel refuses the service "other"');
  });
});
