import assert from 'node:assert/strict';
import { test } from 'node:test';

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
  const ledger = page.getByRole('link', { name: 'Ledger', exact: true });
  await pictures(page, ledger.first(), 'catalog');
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
