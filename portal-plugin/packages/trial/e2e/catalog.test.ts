import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import {
  evenkeel,
  ifMatch,
  items,
  ProblemError,
  value,
  versioned,
  type Schemas,
} from '@evenkeel/client';

import { accessible } from './axe';
import { eventually } from './eventually';
import { tokenOf, visit } from './house';
import { ownPortal } from './own';
import { pictures } from './pictures';

// The catalog reads these files as it reads those of repositories, and what changes in them.
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-catalog-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string) => join(directory, `${name}.yaml`);

type Entity = {
  kind: string;
  metadata: { name: string; title?: string; annotations?: object };
  spec: object;
};

/** Writes the entities of a file; JSON is YAML. */
function write(name: string, ...entities: Entity[]) {
  const text = entities
    .map(one => JSON.stringify({ apiVersion: 'backstage.io/v1alpha1', ...one }))
    .join('\n---\n');
  writeFileSync(file(name), `${text}\n`);
}

const group = (name: string): Entity => ({
  kind: 'Group',
  metadata: { name, title: 'Wallets' },
  spec: { type: 'team', children: [] },
});
const user = (name: string, team: string): Entity => ({
  kind: 'User',
  metadata: { name },
  spec: { memberOf: [team], profile: { displayName: name.toUpperCase() } },
});
const component = (
  name: string,
  owner: string,
  title: string,
  tier = '2',
): Entity => ({
  kind: 'Component',
  metadata: {
    ...{ name, title },
    annotations: { 'evenkeel.dev/tier': tier, 'evenkeel.dev/kind': 'grpc' },
  },
  spec: {
    ...{ type: 'service', lifecycle: 'production', owner },
    system: 'wallet-flow',
  },
});
const system = (owner: string): Entity => ({
  kind: 'System',
  metadata: { name: 'wallet-flow', title: 'Wallet flow' },
  spec: { owner },
});

const names = [
  ...['group', 'wendy', 'will', 'system', 'wallet', 'receipts', 'money'],
];

const portal = ownPortal(async () => {
  write('group', group('wallets'));
  write('wendy', user('wendy', 'wallets'));
  write('will', user('will', 'wallets'));
  write('system', system('wallets'));
  write('wallet', component('wallet', 'wallets', 'Wallet'));
  write('receipts', component('receipts', 'wallets', 'Receipts'));
  write(
    'money',
    component('coins', 'wallets', 'Coins'),
    component('notes', 'wallets', 'Notes'),
  );
  return {
    settings: {
      'catalog.rules': [
        { allow: ['Component', 'Group', 'Location', 'System', 'User'] },
      ],
      'catalog.locations': names.map(name => ({
        type: 'file',
        target: file(name),
      })),
      // What stands in app-config.yaml is added to, not replaced.
      'catalog.processingInterval': { minutes: 0, seconds: 2 },
      'evenkeel.catalog.schedule': {
        frequency: { seconds: 2 },
        timeout: { minutes: 1 },
        initialDelay: { seconds: 1 },
      },
      'evenkeel.search.schedule': {
        frequency: { minutes: 0, seconds: 3 },
        timeout: { minutes: 1 },
        initialDelay: { seconds: 1 },
      },
    },
  };
});

const administrator = () => {
  const { url, token } = portal().api;
  return evenkeel({ baseUrl: url, token });
};

/** What is at a name; nothing where there is none. */
async function found<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}

const service = (slug: string) =>
  found(
    value(
      administrator().GET('/v1/services/{service}', {
        params: { path: { service: slug } },
      }),
    ),
  );
const team = (slug: string) =>
  found(
    value(
      administrator().GET('/v1/teams/{team}', {
        params: { path: { team: slug } },
      }),
    ),
  );

/** Names of who is in a team. */
async function membersOf(slug: string): Promise<string[]> {
  const members: string[] = [];
  const list = items(administrator(), '/v1/teams/{team}/members', {
    path: { team: slug },
  });
  for await (const one of list) {
    members.push(one.person.name);
  }
  return members.sort();
}

let wallet: Schemas['Service'];
let wallets: Schemas['Team'];

test('groups, users, systems and components become teams, people, systems and services', async () => {
  await eventually('both services are there', async () =>
    Boolean((await service('wallet')) && (await service('receipts'))),
  );
  await eventually('both people are in the team', async () => {
    const members = await membersOf('wallets');
    return members.join() === 'WENDY,WILL';
  });
  const [one, of] = [await service('wallet'), await team('wallets')];
  assert.ok(one && of);
  [wallet, wallets] = [one, of];
  assert.equal(of.name, 'Wallets');
  assert.deepEqual(
    {
      ...{ name: one.name, team: one.team.slug, system: one.system?.slug },
      ...{ tier: one.tier, kind: one.kind, lifecycle: one.lifecycle },
    },
    {
      ...{ name: 'Wallet', team: 'wallets', system: 'wallet-flow' },
      ...{ tier: 2, kind: 'grpc', lifecycle: 'production' },
    },
  );
});

test('a field has one manager, which its page names; the others are the team’s', async t => {
  const { url } = portal();
  const wendy = evenkeel({
    baseUrl: `${url}/api/evenkeel`,
    token: await tokenOf('wendy', url),
  });
  const path = { service: 'wallet' };
  const read = await versioned(
    wendy.GET('/v1/services/{service}', { params: { path } }),
  );
  const managed = read.value.managed.map(({ field }) => field);
  for (const field of ['name', 'team', 'tier', 'kind', 'lifecycle', 'system']) {
    assert.ok(managed.includes(field), `${field} is not managed: ${managed}`);
  }
  assert.equal(new Set(managed).size, managed.length, 'a field has two');
  assert.ok(!managed.includes('onCall'), 'the catalog says nothing of it');
  const put = (changed: Partial<Schemas['ServiceProfile']>) => {
    const { slug, name, description, kind, tier, lifecycle } = read.value;
    return versioned(
      wendy.PUT('/v1/services/{service}', {
        params: { path, header: ifMatch(read.etag) },
        body: {
          ...{ slug, name, description, kind, tier, lifecycle },
          ...{ system: 'wallet-flow', ...changed },
        },
      }),
    );
  };
  await assert.rejects(put({ name: 'Purse' }), (error: unknown) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.status, 409);
    assert.equal(error.code, 'field_managed');
    return true;
  });
  const mine = await put({ onCall: 'https://on-call.example/wallet' });
  assert.equal(mine.value.onCall, 'https://on-call.example/wallet');

  const page = await visit(t, 'wendy', '/evenkeel/services/wallet', {
    at: url,
  });
  const kept = page.getByText(/Kept in the catalog of the portal.*name/);
  await kept.waitFor();
  assert.doesNotMatch(await kept.innerText(), /on call/);
  await pictures(page, kept, 'service-from-catalog');
});

// Backstage has what a file names newly before it lets go of what the file named before: whether both
// are told at once depends on when it was looked at.
test('what is called otherwise in the catalog stays the same here', async () => {
  write('group', group('purses'));
  write('wendy', user('wendy', 'purses'));
  write('will', user('will', 'purses'));
  write('system', system('purses'));
  write('receipts', component('receipts', 'purses', 'Receipts'));
  write(
    'money',
    component('coins', 'purses', 'Coins'),
    component('notes', 'purses', 'Notes'),
  );
  write('wallet', component('purse', 'purses', 'Purse', '1'));
  await eventually('the service is called otherwise', async () => {
    const now = await service(wallet.id);
    return now?.name === 'Purse' && now.tier === 1;
  });
  await eventually('the people are in the team', async () => {
    const members = await membersOf(wallets.id);
    return members.join() === 'WENDY,WILL';
  });
  const [now, of] = [await service(wallet.id), await team(wallets.id)];
  assert.equal(now?.team.id, wallets.id, 'its team is the same');
  assert.equal(of?.id, wallets.id);
  // What the team said itself is still said.
  assert.equal(now?.onCall, 'https://on-call.example/wallet');
  const list: string[] = [];
  for await (const one of items(administrator(), '/v1/services', {
    query: { limit: 100 },
  })) {
    list.push(one.name);
  }
  assert.ok(!list.includes('Wallet'), 'the old one is not left behind');
});

test('what nobody can be sure of are two, until an annotation says that they are one', async t => {
  const coins = await service('coins');
  assert.ok(coins);
  const notes = component('notes', 'purses', 'Notes');
  const cents = component('cents', 'purses', 'Cents');
  write('money', cents, notes);
  await eventually('cents are something new', async () =>
    Boolean(await service('cents')),
  );
  await eventually(
    'coins are nobody’s to keep',
    async () => (await service('coins'))?.managed.length === 0,
  );
  const made = await service('cents');
  assert.notEqual(made?.id, coins.id);

  // The page of what is left says how they become one.
  const { url } = portal();
  const page = await visit(t, 'wendy', '/evenkeel/services/coins', { at: url });
  const linked = page.getByText(/No entity of the catalog is this service/);
  await linked.waitFor();
  const text = await page.locator('pre').first().innerText();
  assert.match(
    text,
    /^metadata:\s+annotations:\s+evenkeel.dev\/service: coins$/,
  );
  await accessible(page, linked);
  await pictures(page, linked, 'service-without-entity');
  cents.metadata.annotations = { 'evenkeel.dev/service': 'coins' };
  write('money', cents, notes);
  await eventually(
    'cents are what coins were',
    async () => (await service(coins.id))?.name === 'Cents',
  );
  const now = await service(coins.id);
  assert.equal(now?.slug, 'coins');
  assert.equal(now?.entity?.ref, 'component:default/cents');
  const left = await service(made?.id ?? '');
  assert.deepEqual([left?.managed, left?.entity], [[], undefined]);
  await page.reload();
  await page.getByText(/Kept in the catalog/).waitFor();
  assert.equal(await linked.count(), 0);
});

test('what is gone from the catalog is let go of, and stays to be found', async t => {
  write('receipts');
  write('will');
  await eventually('receipts are nobody’s to keep', async () => {
    const receipts = await service('receipts');
    assert.ok(receipts, 'a service stays when its entity is gone');
    return receipts.managed.length === 0;
  });
  await eventually('Will has left the team', async () => {
    const members = await membersOf('purses');
    return members.join() === 'WENDY';
  });
  // A group is told without a member before the member is told to be gone.
  await eventually('both are gone', async () => {
    const gone: string[] = [];
    for await (const one of items(administrator(), '/v1/catalog/entities', {
      query: { state: 'gone' },
    })) {
      gone.push(one.ref);
    }
    return ['component:default/receipts', 'user:default/will'].every(ref =>
      gone.includes(ref),
    );
  });
  const without: string[] = [];
  for await (const one of items(administrator(), '/v1/services', {
    query: { entity: 'none' },
  })) {
    without.push(one.slug);
  }
  assert.ok(without.includes('receipts'), `${without}`);
  assert.ok(!without.includes('purse'), `${without}`);
  // No entity leads there any more; Evenkeel's own list does.
  const { url } = portal();
  const page = await visit(t, 'wendy', '/evenkeel/services', { at: url });
  await page.getByRole('link', { name: 'Receipts' }).first().click();
  await page.getByRole('heading', { name: 'Receipts' }).first().waitFor();
  assert.equal(await page.getByText(/Kept in the catalog/).count(), 0);
});

/** What the search finds of Evenkeel, as Wendy: addresses by title. */
async function searched(term: string): Promise<Map<string, string>> {
  const { url } = portal();
  const query = new URLSearchParams({ term, 'types[0]': 'evenkeel' });
  const reply = await fetch(`${url}/api/search/query?${query}`, {
    headers: { Authorization: `Bearer ${await tokenOf('wendy', url)}` },
  });
  assert.equal(reply.status, 200, await reply.clone().text());
  const { results } = await reply.json();
  return new Map(
    results.map(({ document }: { document: Record<string, string> }) => [
      document.title,
      document.location,
    ]),
  );
}

test('the search finds what is there now by its name, and leads to it', async t => {
  await eventually('the search knows the new name', async () =>
    (await searched('Purse')).has('Purse'),
  );
  const place = (await searched('Receipts')).get('Receipts');
  assert.equal(place, '/evenkeel/services/receipts');
  const { url } = portal();
  const page = await visit(t, 'wendy', `${place}`, { at: url });
  await page.getByRole('heading', { name: 'Receipts' }).first().waitFor();

  const path = { service: 'receipts' };
  const api = administrator();
  const read = await versioned(
    api.GET('/v1/services/{service}', { params: { path } }),
  );
  await api.POST('/v1/services/{service}/retire', {
    params: { path, header: ifMatch(read.etag) },
    body: { reason: 'Nobody prints them any more.' },
  });
  await eventually(
    'what is retired is found no more',
    async () => !(await searched('Receipts')).has('Receipts'),
  );
});
