/** @jest-environment node */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { BackendFeature } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';

import { catalogModuleEvenkeel } from './module';

type Seen = { path: string; token: string; body: Record<string, unknown> };
type Answer = { status: number; body: object };

/** A server that stands for the API: it keeps what it is told. */
class Api {
  readonly seen: Seen[] = [];
  /** What a path is answered with in place of what it is usually. */
  readonly answers = new Map<string, Answer>();
  private readonly server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', chunk => {
      text += chunk;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      const body = text ? JSON.parse(text) : {};
      const token = request.headers.authorization ?? '';
      this.seen.push({ path, token, body });
      const { status, body: answer } =
        this.answers.get(path) ?? usual(path, body);
      const type = status < 400 ? 'json' : 'problem+json';
      response
        .writeHead(status, { 'Content-Type': `application/${type}` })
        .end(JSON.stringify(answer));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>(ready => this.server.listen(0, '127.0.0.1', ready));
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise(done => this.server.close(done));
  }

  told(): Record<string, unknown>[] {
    return this.seen.flatMap(({ body }) =>
      Array.isArray(body.entities) ? body.entities : [],
    );
  }
}

function usual(path: string, body: { entities?: { ref: string }[] }): Answer {
  if (path.endsWith('/entities')) {
    const results = (body.entities ?? []).map(({ ref }) => ({
      ref,
      outcome: 'created',
      faults: [],
    }));
    return { status: 200, body: { results } };
  }
  const counts = { created: 4, updated: 0, gone: 1 };
  return {
    status: path.endsWith('/syncs') ? 201 : 200,
    body: { id: 'S1', counts },
  };
}

function entity(kind: string, name: string, spec: Entity['spec']): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec,
  };
}

const entities = [
  entity('Component', 'checkout', { type: 'service', owner: 'payments' }),
  entity('Component', 'buttons', { type: 'library', owner: 'payments' }),
  entity('System', 'checkout-flow', { owner: 'payments' }),
  entity('Group', 'payments', {}),
  entity('User', 'ada', { memberOf: ['payments'] }),
  entity('API', 'checkout-api', { type: 'openapi', owner: 'payments' }),
];

const api = new Api();
let baseUrl: string;

beforeAll(async () => {
  baseUrl = await api.start();
});
beforeEach(() => {
  api.seen.length = 0;
  api.answers.clear();
});
afterAll(() => api.stop());

/** Runs the module until it told what it tells at its start; gives what it logged. */
async function run(
  all: Entity[],
  catalog: object = {},
  service: BackendFeature = catalogServiceMock.factory({ entities: all }),
) {
  const logger = mockServices.logger.mock();
  logger.child.mockReturnValue(logger);
  const addProcessor = jest.fn();
  const ended = new Promise<unknown>(resolve => {
    const scheduler = mockServices.scheduler.mock({
      scheduleTask: async task => {
        Promise.resolve(
          (task.fn as (signal: AbortSignal) => Promise<void>)(
            new AbortController().signal,
          ),
        ).then(
          () => resolve(undefined),
          error => resolve(error),
        );
      },
    });
    void startTestBackend({
      extensionPoints: [[catalogProcessingExtensionPoint, { addProcessor }]],
      features: [
        catalogModuleEvenkeel,
        service,
        scheduler.factory,
        logger.factory,
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'https://portal.example/' },
            evenkeel: { baseUrl, catalog },
          },
        }),
      ],
    }).then(backend => ended.then(() => backend.stop()), resolve);
  });
  return { error: await ended, logger, addProcessor };
}

it('tells users, groups, systems and components in their order, as the catalog itself', async () => {
  const { error, logger, addProcessor } = await run(entities);
  expect(error).toBeUndefined();
  expect(logger.info).toHaveBeenCalledWith(
    'told Evenkeel of the catalog: 4 created, 1 gone',
  );
  expect(api.seen[0]).toMatchObject({
    path: '/v1/catalog/syncs',
    body: { portal: 'https://portal.example', full: true },
  });
  expect(api.told()).toEqual([
    { kind: 'user', ref: 'user:default/ada', uid: 'uid-ada' },
    {
      kind: 'group',
      ref: 'group:default/payments',
      uid: 'uid-payments',
      members: ['user:default/ada'],
    },
    {
      kind: 'system',
      ref: 'system:default/checkout-flow',
      uid: 'uid-checkout-flow',
      owner: 'group:default/payments',
    },
    {
      kind: 'component',
      ref: 'component:default/checkout',
      uid: 'uid-checkout',
      type: 'service',
      owner: 'group:default/payments',
      dependsOn: [],
    },
  ]);
  expect(api.seen.at(-1)?.path).toBe('/v1/catalog/syncs/S1/complete');
  // The mock of Backstage's own tokens names who calls, for whom, and nobody else.
  for (const { token } of api.seen) {
    expect(token).toMatch(/^Bearer mock-service-token:/);
    expect(JSON.parse(token.slice(token.indexOf('{')))).toMatchObject({
      sub: 'plugin:catalog',
      target: 'evenkeel-api',
    });
  }
  expect(addProcessor).toHaveBeenCalledTimes(1);
});

it('tells more than one page, at most 200 entities at once', async () => {
  const many = Array.from({ length: 450 }, (_, at) =>
    entity('User', `u${at}`, {}),
  );
  await run(many, { kinds: ['user'] });
  const sizes = api.seen.flatMap(({ body }) =>
    Array.isArray(body.entities) ? [body.entities.length] : [],
  );
  expect(sizes).toEqual([200, 200, 50]);
  expect(new Set(api.told().map(told => told.ref)).size).toBe(450);
});

it('takes what the settings say for services, and what is annotated', async () => {
  const annotated = entity('Component', 'tool', { type: 'tool' });
  annotated.metadata.annotations = { 'evenkeel.dev/service': 'tool' };
  await run([...entities, annotated], {
    kinds: ['component'],
    componentTypes: ['library'],
  });
  expect(api.told().map(told => told.ref)).toEqual(
    expect.arrayContaining([
      'component:default/buttons',
      'component:default/tool',
    ]),
  );
  expect(api.told()).toHaveLength(2);
});

it('does not tell what nobody declares any more', async () => {
  const orphan = entity('User', 'leaver', { memberOf: ['payments'] });
  orphan.metadata.annotations = { 'backstage.io/orphan': 'true' };
  await run([...entities, orphan], { kinds: ['user', 'group'] });
  expect(api.told().map(told => [told.ref, told.members])).toEqual([
    ['user:default/ada', undefined],
    ['group:default/payments', ['user:default/ada']],
  ]);
});

/** Two entities of one file, of which Evenkeel leaves open whether they are one. */
function renamed(): Entity[] {
  const both = ['wallet', 'purse'].map(name => {
    const one = entity('Component', name, { type: 'service' });
    one.metadata.annotations = {
      'backstage.io/managed-by-location': 'file:/one.yaml',
    };
    return one;
  });
  api.answers.set('/v1/catalog/syncs/S1/entities', {
    status: 200,
    body: {
      results: [
        { ref: 'component:default/wallet', outcome: 'unchanged', faults: [] },
        { ref: 'component:default/purse', outcome: 'deferred', faults: [] },
      ],
    },
  });
  return both;
}

it('says that one is gone whose file declares another in its place', async () => {
  const [wallet, purse] = renamed();
  const catalog = catalogServiceMock.mock({
    queryEntities: async () => ({
      items: [wallet, purse],
      totalItems: 2,
      pageInfo: {},
    }),
    getEntityAncestors: async ({ entityRef }) => {
      if (entityRef.endsWith('wallet')) {
        throw new NotFoundError('it was cleaned up meanwhile');
      }
      return {
        rootEntityRef: entityRef,
        items: [
          { entity: purse, parentEntityRefs: ['location:default/one'] },
          { entity: entity('Location', 'one', {}), parentEntityRefs: [] },
        ],
      };
    },
  });
  const { error } = await run([], { kinds: ['component'] }, catalog.factory);
  expect(error).toBeUndefined();
  expect(api.seen.at(-1)?.body).toEqual({
    undeclared: ['component:default/wallet'],
  });
});

it('completes what it read also where it cannot learn what declares what', async () => {
  const items = renamed();
  const catalog = catalogServiceMock.mock({
    queryEntities: async () => ({ items, totalItems: 2, pageInfo: {} }),
    getEntityAncestors: async () => {
      throw new Error('the database is away');
    },
  });
  const { error, logger } = await run(
    [],
    { kinds: ['component'] },
    catalog.factory,
  );
  expect(error).toBeUndefined();
  expect(logger.warn).toHaveBeenCalledWith(
    'which entities nobody declares any more is told the next time: Error: the database is away',
  );
  expect(api.seen.at(-1)?.path).toMatch(/complete$/);
  expect(api.seen.at(-1)?.body).toEqual({ undeclared: [] });
});

it('says of each entity that was not taken why, and goes on', async () => {
  api.answers.set('/v1/catalog/syncs/S1/entities', {
    status: 200,
    body: {
      results: [
        {
          ref: 'component:default/checkout',
          outcome: 'refused',
          faults: [
            { pointer: '/owner', message: 'is not known', value: 'group:x/y' },
          ],
        },
      ],
    },
  });
  const { error, logger } = await run(entities, { kinds: ['component'] });
  expect(error).toBeUndefined();
  expect(logger.warn).toHaveBeenCalledWith(
    'Evenkeel did not take component:default/checkout: /owner is not known (it is "group:x/y")',
  );
  expect(api.seen.at(-1)?.path).toMatch(/complete$/);
});

it('does not complete what it could not read to its end', async () => {
  const broken = catalogServiceMock.mock({
    queryEntities: async () => {
      throw new Error('the database is away');
    },
  });
  const { error } = await run(entities, {}, broken.factory);
  expect(error).toMatchObject({ message: 'the database is away' });
  expect(api.seen.map(seen => seen.path)).toEqual(['/v1/catalog/syncs']);
});

it('says what to do where so much is gone that Evenkeel asks first', async () => {
  api.answers.set('/v1/catalog/syncs/S1/complete', {
    status: 409,
    body: {
      ...{ type: 'urn:evenkeel:problem:catalog_shrank', status: 409 },
      ...{ title: 'Conflict', code: 'catalog_shrank', requestId: 'R1' },
      detail: '40 of 50 entities would be gone.',
    },
  });
  const { error, logger } = await run(entities);
  expect(error).toMatchObject({ code: 'catalog_shrank' });
  expect(logger.warn).toHaveBeenCalledWith(
    expect.stringMatching(/40 of 50 .*sync S1 with "acceptShrink"/),
  );
});

it.each([
  [{ kinds: ['api'] }, /evenkeel\.catalog\.kinds has "api".*user, group/],
  [{ filter: { a: 1 } }, /evenkeel\.catalog\.filter has "a" with 1/],
])('does not start with %j, and says why', async (catalog, words) => {
  const { error } = await run(entities, catalog);
  expect(String((error as Error).message)).toMatch(words);
});
