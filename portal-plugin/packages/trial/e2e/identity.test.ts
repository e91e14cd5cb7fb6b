import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import {
  atThePortal,
  bearer,
  misused,
  signedWrong,
  signedWrongAtThePortal,
  type Forgeries,
  type Genuine,
} from './forgeries';
import { tokenOf } from './house';
import { newSigner, parsed, type Signer } from './jwt';
import { ownPortal } from './own';
import { Tap, type Caught } from './tap';

/** An answer as it came. */
type Answer = { status: number; type: string; body: string };

let tap: Tap;
let genuine: Genuine;

const portal = ownPortal(
  async () => {
    tap = await Tap.start();
    return {
      settings: {
        'evenkeel.baseUrl': tap.url,
        // The catalog asks, and tells of nobody: who comes in does so by a token alone.
        'evenkeel.catalog.kinds': [],
        'evenkeel.catalog.schedule': {
          frequency: { minutes: 30 },
          timeout: { minutes: 1 },
          initialDelay: { seconds: 1 },
        },
        'discovery.endpoints': [
          {
            target: { internal: `${tap.url}/api/{{pluginId}}` },
            plugins: ['permission'],
          },
        ],
      },
    };
  },
  async ({ url, api }) => {
    tap.leads = path => (path.startsWith('/api/') ? url : api.url);
    genuine = await caught(url, api.token);
  },
);

after(() => tap.stop());

/** Asks with headers exactly as they are given: fetch would join two of a name. */
function asked(
  url: string,
  headers: string[],
  method = 'GET',
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host } = new URL(url);
    const all = ['Host', host, 'Connection', 'close', ...headers];
    const sent = request(url, { method, headers: all, agent: false }, res => {
      text(res).then(answer => {
        const type = res.headers['content-type'] ?? '';
        resolve({ status: res.statusCode ?? 0, type, body: answer });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const atApi = () => `${portal().api.url}/v1/me`;
const throughPortal = () => `${portal().url}/api/evenkeel/v1/me`;

/** Asks until there is something: plugins ask by themselves on schedules. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) {
      return found;
    }
    assert.ok(Date.now() < end, 'it did not come within a minute');
    await setTimeout(250);
  }
}

async function caught(url: string, administrator: string): Promise<Genuine> {
  const of = async (person: string): Promise<Caught> => {
    const user = await tokenOf(person, url);
    const answer = await asked(`${url}/api/evenkeel/v1/me`, bearer(user));
    assert.equal(answer.status, 200, answer.body);
    const { obo } = { obo: `user:default/${person}` };
    const one = tap.caught({ sub: 'evenkeel', aud: 'evenkeel-api' }, true);
    assert.ok(one);
    assert.equal(parsed(String(one.claims.obo)).claims.sub, obo);
    return one;
  };
  const user = await tokenOf('ada', url);
  await fetch(`${url}/api/catalog/entities?limit=1`, {
    headers: { Authorization: `Bearer ${user}` },
  });
  const grace = await of('grace');
  const ada = await of('ada');
  const within = (sub: string) => tap.caught({ sub, aud: 'permission' }, true);
  const elsewhere = within('evenkeel');
  const catalogElsewhere = within('catalog');
  assert.ok(elsewhere && catalogElsewhere, 'plugins ask for permissions');
  const { keys } = await (
    await fetch(`${url}/api/evenkeel/.backstage/auth/v1/jwks.json`)
  ).json();
  const key = keys.find((k: { kid: string }) => k.kid === ada.header.kid);
  assert.ok(key, 'the portal publishes the key that it signs with');
  return {
    ada: ada.token,
    grace: grace.token,
    elsewhere: elsewhere.token,
    catalogElsewhere: catalogElsewhere.token,
    user,
    key,
    administrator,
  };
}

/** A token of a plugin for itself, once it asked. */
function caughtByItself(sub: string): Promise<Caught> {
  return eventually(async () =>
    tap.caught({ sub, aud: 'evenkeel-api' }, false),
  );
}

/** Shows each, and names those that were not refused as they are to be. */
async function refuseAll(
  t: TestContext,
  url: string,
  forgeries: Forgeries,
): Promise<void> {
  for (const [name, headers] of Object.entries(forgeries)) {
    await t.test(name, async () => {
      const answer = await asked(url, headers);
      const said = `${answer.status} ${answer.type} ${answer.body}`;
      assert.ok([401, 403].includes(answer.status), said);
      assert.match(answer.type, /^application\/problem\+json/, said);
      const problem = JSON.parse(answer.body);
      assert.equal(problem.status, answer.status);
      assert.ok(problem.code && problem.detail, said);
      assert.doesNotMatch(answer.body, /eyJ/, 'it repeats the token');
    });
  }
}

test('what is genuine is taken, so that the rest is refused for what is wrong with it', async () => {
  const { ada, user } = genuine;
  for (const [url, token] of [
    [atApi(), ada],
    [throughPortal(), user],
  ]) {
    const answer = await asked(url, bearer(token));
    assert.equal(answer.status, 200, answer.body);
    assert.equal(JSON.parse(answer.body).name, 'ada');
  }
});

test('the API refuses tokens of the portal that are changed or misused', t =>
  refuseAll(t, atApi(), misused(genuine)));

test('the portal refuses tokens that are forged or misused', t =>
  refuseAll(t, throughPortal(), atThePortal(genuine)));

test('a token in the address is none', async () => {
  for (const [url, token] of [
    [atApi(), genuine.ada],
    [throughPortal(), genuine.user],
  ]) {
    const answer = await asked(`${url}?access_token=${token}`, []);
    assert.equal(answer.status, 401, answer.body);
  }
});

test('the portal by itself reads what all may read, and changes nothing', async t => {
  for (const sub of ['evenkeel', 'catalog', 'search']) {
    const own = await caughtByItself(sub);
    await t.test(sub, async () => {
      const me = await asked(atApi(), [
        ...bearer(own.token),
        ...['X-Forwarded-User', 'user:default/sam'],
      ]);
      assert.equal(JSON.parse(me.body).kind, 'portal', me.body);
      for (const [method, path, body] of [
        ['POST', '/v1/teams', '{"slug":"bots","name":"Bots"}'],
        ['POST', '/v1/tokens', '{"name":"mine"}'],
        ['GET', '/v1/audit', undefined],
      ] as const) {
        const answer = await asked(
          `${portal().api.url}${path}`,
          [...bearer(own.token), 'Content-Type', 'application/json'],
          method,
          body,
        );
        assert.ok(
          [403, 422].includes(answer.status),
          `${method} ${path}: ${answer.status} ${answer.body}`,
        );
        assert.match(answer.type, /^application\/problem\+json/);
      }
    });
  }
});

test('keys rotate while the API runs, and what the new ones sign is looked at as closely', async t => {
  // As an operator does who keeps keys themselves: then the test has them too.
  const plugin = newSigner('plugin-of-the-test');
  const auth = newSigner('auth-of-the-test');
  await portal().backend.stop();
  await portal().backend.start({
    'backend.auth.pluginKeyStore': {
      type: 'static',
      static: { keys: [inFiles(plugin)] },
    },
    'auth.keyStore': { provider: 'static', static: { keys: [inFiles(auth)] } },
  });
  const user = await eventually(() =>
    tokenOf('ada', portal().url).catch(() => undefined),
  );
  // The API asks for keys at most once in ten seconds.
  await eventually(async () => {
    const answer = await asked(throughPortal(), bearer(user));
    return answer.status === 200 || undefined;
  });
  const fresh = tap.caught({ sub: 'evenkeel', aud: 'evenkeel-api' }, true);
  assert.equal(fresh?.header.kid, plugin.kid);
  assert.equal(
    parsed(String(fresh?.claims.obo)).header.kid,
    auth.kid,
    'the key of people has rotated too',
  );
  const now = Math.floor(Date.now() / 1000);
  await t.test('at the API', s =>
    refuseAll(s, atApi(), signedWrong(plugin, auth, now)),
  );
  await t.test('at the portal', s =>
    refuseAll(s, throughPortal(), signedWrongAtThePortal(plugin, auth, now)),
  );
});

test('nobody came in who was refused', async () => {
  const answer = await asked(
    `${portal().api.url}/v1/people?limit=100`,
    bearer(portal().api.token),
  );
  const people: { displayName: string; administrator: boolean }[] = JSON.parse(
    answer.body,
  ).items;
  // Beside the first administrator there are the two whose tokens were genuine.
  assert.deepEqual(
    people
      .filter(person => !person.administrator)
      .map(person => person.displayName)
      .sort(),
    ['ada', 'grace'],
  );
  assert.equal(people.length, 3, answer.body);
});

test('without the portal, tokens of the API go on to work', async () => {
  await portal().backend.stop();
  const mine = await asked(atApi(), bearer(portal().api.token));
  assert.equal(mine.status, 200, mine.body);
  // The keys that it knows serve on.
  const known = tap.caught({ sub: 'evenkeel', aud: 'evenkeel-api' }, true);
  assert.ok(known);
  const ada = await asked(atApi(), bearer(known.token));
  assert.equal(ada.status, 200, ada.body);

  // Where it knows none, it says which door is open.
  await portal().program.stop();
  await portal().program.start();
  assert.equal((await asked(atApi(), bearer(portal().api.token))).status, 200);
  const away = await asked(atApi(), bearer(known.token));
  assert.equal(away.status, 503, away.body);
  assert.equal(JSON.parse(away.body).code, 'portal_unavailable');
});

/** A key in files, as Backstage is told of one. */
function inFiles(signer: Signer) {
  const at = (what: string) =>
    join(portal().directory, `${signer.kid}.${what}`);
  const { privateKey, publicKey } = signer;
  writeFileSync(
    at('private'),
    privateKey.export({ type: 'pkcs8', format: 'pem' }),
    { mode: 0o600 },
  );
  writeFileSync(
    at('public'),
    publicKey.export({ type: 'spki', format: 'pem' }),
  );
  return {
    ...{ keyId: signer.kid, algorithm: 'ES256' },
    ...{ publicKeyFile: at('public'), privateKeyFile: at('private') },
  };
}
