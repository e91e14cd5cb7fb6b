import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { accessible } from './axe';
import { house, tokenOf, visit } from './house';
import { pictures } from './pictures';

const me = `${house.url}/api/evenkeel/v1/me`;

test('somebody enters as one of the sample people, and leaves', async t => {
  const page = await visit(t, undefined, '/catalog', {
    // The page to enter with is shown to who is not signed in.
    allow: [/401/],
  });
  const choice = page.getByRole('heading', { name: 'Try Evenkeel' });
  await accessible(page, choice, 'body');
  await pictures(page, choice, 'sign-in');
  await page.getByRole('button', { name: 'Enter as Ada Okafor' }).click();
  await page
    .getByRole('link', { name: 'checkout', exact: false })
    .first()
    .waitFor();

  await page.goto(`${house.url}/settings`);
  await page.getByText('Ada Okafor').first().waitFor();
});

test('Evenkeel stands first at the side, and opens', async t => {
  const page = await visit(t, 'ada', '/catalog');
  const side = page.getByTestId('sidebar-root');
  const items = side.getByRole('link');
  await side.getByRole('link', { name: 'Evenkeel' }).waitFor();
  const names = await items.allInnerTexts();
  assert.equal(
    names.find(name => name.trim()),
    'Evenkeel',
  );
  await side.getByRole('link', { name: 'Evenkeel' }).click();
  await page.waitForURL(/\/evenkeel/);
});

test('the catalog has the services of the sample', async t => {
  const page = await visit(t, 'grace', '/catalog?filters[user]=all');
  for (const name of ['Checkout', 'Search API', 'Ledger']) {
    await page.getByRole('link', { name, exact: true }).first().waitFor();
  }
});

test('two people are two people to the API, each in their own browser', async t => {
  const pages = await Promise.all(
    ['ada', 'grace'].map(person => visit(t, person, '/evenkeel')),
  );
  assert.equal(pages.length, 2);
  for (const [person, name, team] of [
    ['ada', 'Ada Okafor', 'payments'],
    ['grace', 'Grace Lindqvist', 'search'],
  ]) {
    const reply = await fetch(me, {
      headers: { Authorization: `Bearer ${await tokenOf(person)}` },
    });
    assert.equal(reply.status, 200, await reply.clone().text());
    const seen = await reply.json();
    assert.equal(seen.kind, 'person');
    assert.equal(seen.name, name);
    assert.deepEqual(
      seen.teams.map(({ slug }: { slug: string }) => slug),
      [team],
    );
    assert.equal(seen.administrator, false);
  }
});

test('nobody and whoever has no good token are refused', async () => {
  const token = await tokenOf('ada');
  const [head, payload, signature] = token.split('.');
  const sam = Buffer.from(
    JSON.stringify({
      ...JSON.parse(Buffer.from(payload, 'base64url').toString()),
      sub: 'user:default/sam',
    }),
  ).toString('base64url');
  const forged: Record<string, HeadersInit> = {
    none: {},
    empty: { Authorization: 'Bearer ' },
    nonsense: { Authorization: 'Bearer nonsense' },
    'another person in the payload': {
      Authorization: `Bearer ${head}.${sam}.${signature}`,
    },
    'without signature': { Authorization: `Bearer ${head}.${payload}.` },
    'a token of the API itself': {
      Authorization: `Bearer ${house.api.token}`,
    },
    'a name in a header': {
      'X-Trial-Person': 'sam',
      'X-Forwarded-User': 'sam',
    },
    'a cookie': { Cookie: `backstage-auth=${token}` },
  };
  for (const [what, headers] of Object.entries(forged)) {
    const reply = await fetch(me, { headers });
    assert.equal(reply.status, 401, what);
  }
});

test("the portal's own token is none for the API", async () => {
  const reply = await fetch(`${house.api.url}/v1/me`, {
    headers: { Authorization: `Bearer ${await tokenOf('sam')}` },
  });
  assert.equal(reply.status, 401);
});

test('keys to the API are not given out by the portal', async () => {
  const headers = { Authorization: `Bearer ${await tokenOf('sam')}` };
  const reply = await fetch(`${house.url}/api/evenkeel/v1/tokens`, { headers });
  assert.equal(reply.status, 404);
  assert.equal((await reply.json()).code, 'not_in_portal');
});

/** Asks until the answer is as it is wanted: the portal reads on a schedule. */
async function eventually<T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
): Promise<T> {
  const end = Date.now() + 90_000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer) || Date.now() > end) {
      return answer;
    }
    await setTimeout(500);
  }
}

async function asked(person: string, path: string) {
  const headers = { Authorization: `Bearer ${await tokenOf(person)}` };
  const reply = await fetch(`${house.url}${path}`, { headers });
  assert.equal(reply.status, 200, `${path}: ${await reply.clone().text()}`);
  return reply.json();
}

test('the search finds what is in Evenkeel, and nothing of what is restricted', async () => {
  const found = async (term: string): Promise<string[]> => {
    const query = new URLSearchParams({ term, 'types[0]': 'evenkeel' });
    const { results } = await asked('grace', `/api/search/query?${query}`);
    return results.map(
      (result: { document: { location: string } }) => result.document.location,
    );
  };
  const services = await eventually(
    () => found('settlement'),
    list => list.includes('/evenkeel/services/settlement'),
  );
  assert.ok(services.includes('/evenkeel/services/settlement'), `${services}`);

  const reply = await fetch(`${house.api.url}/v1/incidents`, {
    headers: { Authorization: `Bearer ${house.api.token}` },
  });
  const { items } = await reply.json();
  const restricted = items.filter(
    (i: { restricted?: boolean }) => i.restricted,
  );
  assert.equal(restricted.length, 1, 'the sample has one restricted incident');
  const [{ id, title }] = restricted;
  assert.deepEqual(
    (await found(title)).filter(location => location.includes(id)),
    [],
  );
});

test('a team is told in the portal that its violation has changes wait, and others are not', async () => {
  const told = async (person: string): Promise<string[]> => {
    const { notifications } = await asked(
      person,
      '/api/notifications/notifications?limit=50',
    );
    return notifications
      .filter((n: { origin: string }) => n.origin === 'plugin:evenkeel')
      .map((n: { payload: { topic: string } }) => n.payload.topic);
  };
  const topics = await eventually(
    () => told('ada'),
    list => list.includes('freeze.began'),
  );
  assert.ok(topics.includes('freeze.began'), `${topics}`);
  assert.ok(!(await told('grace')).includes('freeze.began'));
});
