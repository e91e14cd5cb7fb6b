import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import type { Locator, Page } from 'playwright-core';

import { accessible } from './axe';
import { visit } from './house';
import { said } from './field';
import { ownPortal } from './own';
import { pictures } from './pictures';

// The API is ended and started here, and some people have less permissions than others.
const portal = ownPortal(async () => ({
  services: 0,
  settings: {
    'evenkeel.catalog.kinds': [],
    'permission.trial.without': {
      'evenkeel.read': ['user:default/omar'],
      'evenkeel.change': ['user:default/nora'],
    },
  },
}));

/** A kind of page: where it is, and what stands there of the sample once it was read. */
type Kind = { path: string; there: (main: Locator) => Locator };

const kinds: Record<string, Kind> = {
  home: {
    path: '/evenkeel/home',
    there: main => main.getByRole('heading', { name: 'Hello, Ada Okafor' }),
  },
  SLOs: {
    path: '/evenkeel/slos',
    there: main => main.getByRole('row', { name: /payment-gateway/ }),
  },
  scorecards: {
    path: '/evenkeel/scorecards',
    there: main => main.getByRole('row', { name: /Checkout/ }),
  },
  toil: {
    path: '/evenkeel/toil',
    there: main => main.getByText('Share of toil'),
  },
  incidents: {
    path: '/evenkeel/incidents',
    there: main => main.getByText('Nobody could pay for two hours'),
  },
  organisation: {
    path: '/evenkeel/organisation',
    there: main => main.getByText('SLOs in all'),
  },
  issues: {
    path: '/evenkeel/issues',
    there: main => main.getByRole('row', { name: /checkout/ }),
  },
  services: {
    path: '/evenkeel/services',
    there: main => main.getByRole('row', { name: /Checkout/ }),
  },
  service: {
    path: '/evenkeel/services/checkout',
    there: main => main.getByLabel('The service in short'),
  },
  'an SLO': {
    path: '/evenkeel/slos/checkout/availability',
    there: main => main.getByRole('figure', { name: /^Budget of/ }),
  },
  'the tab of an entity': {
    // Another one than above, which is not read yet.
    path: '/catalog/default/component/ledger/evenkeel',
    there: main => main.getByLabel('The service in short'),
  },
};

/** Goes to another page as a link does, without loading the app again. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate(to => {
    window.history.pushState({}, '', to);
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}

/** Opens a page of the portal that asks Evenkeel nothing, to go on from. */
async function enter(
  t: TestContext,
  person: string,
  allow: RegExp[],
): Promise<Page> {
  const page = await visit(t, person, '/settings', { at: portal().url, allow });
  await page.getByTestId('sidebar-root').getByRole('link').first().waitFor();
  // It is gone once the app was loaded again.
  await page.evaluate(() => document.body.setAttribute('data-entered', ''));
  return page;
}

const stillEntered = (page: Page) =>
  page.locator('body[data-entered]').waitFor({ state: 'attached' });

const main = (page: Page) => page.locator('#root, main').last();
const alert = (page: Page, title: string) =>
  main(page).getByRole('alert').filter({ hasText: title }).first();

/** Ends the API until it is started again, at the latest when the test ends. */
async function endApi(t: TestContext): Promise<void> {
  const { program } = portal();
  t.after(() => program.start());
  await program.stop();
}

test('a page says that the API is away, and comes back without being loaded again', async t => {
  const page = await enter(t, 'ada', [/50[234]/]);
  const { program } = portal();
  for (const [name, { path, there }] of Object.entries(kinds)) {
    await t.test(name, async s => {
      await endApi(s);
      await go(page, path);
      const away = alert(page, 'Evenkeel does not answer');
      await away.waitFor();
      await pictures(page, away, `state-away-${name}`);
      await program.start();
      // Every other one is asked for; the others go on by themselves.
      if (name.length % 2) {
        await away.getByRole('button', { name: 'Try again' }).click();
      }
      await there(main(page)).first().waitFor();
      await away.waitFor({ state: 'detached' });
      await stillEntered(page);
    });
  }
});

test('what was read stays where the API goes away, and says of when it is', async t => {
  const page = await enter(t, 'ada', [/50[234]/]);
  await page.clock.install();
  await go(page, kinds.organisation.path);
  const row = kinds.organisation.there(main(page)).first();
  await row.waitFor();
  await endApi(t);
  await page.clock.fastForward('02:00');
  await main(page)
    .getByRole('status')
    .filter({ hasText: 'Evenkeel does not answer' })
    .first()
    .waitFor();
  await row.waitFor();
});

test('who may not read is told which permission the portal does not give', async t => {
  const page = await enter(t, 'omar', [/403/]);
  for (const [name, { path }] of Object.entries(kinds)) {
    await t.test(name, async () => {
      await go(page, path);
      const refused = alert(page, 'Not for you to see');
      await refused.waitFor();
      assert.match(await refused.innerText(), /evenkeel\.read/);
      await pictures(page, refused, `state-forbidden-${name}`);
    });
  }
  await go(page, kinds.home.path);
  await accessible(page, alert(page, 'Not for you to see'));
});

test('who may not change anything is told so at each kind of button', async t => {
  const page = await enter(t, 'nora', []);
  const words = /^Your portal does not let you change anything in Evenkeel/;
  const refused = async (...names: RegExp[]) => {
    for (const name of names) {
      const button = main(page).getByRole('button', { name }).first();
      await said(button, words);
      assert.ok(await button.isDisabled(), String(name));
    }
  };
  await go(page, '/evenkeel/services/orders');
  await refused(/^Declare an SLO$/, /^Override the gate$/);
  await go(page, '/evenkeel/slos/orders/_new');
  const instead = main(page).getByRole('heading', {
    name: 'The form is not for you',
  });
  await instead.waitFor();
  await main(page)
    .getByText(/does not let you change anything in Evenkeel/)
    .waitFor();
  assert.equal(await main(page).getByRole('textbox').count(), 0);
  await go(page, kinds.home.path);
  await refused(/^(100 %: All of it|Change it)$/);
  await go(page, kinds.toil.path);
  await refused(/^Log toil$/, /^Answer the survey$/);
  await go(page, kinds.incidents.path);
  await refused(/^Declare an incident$/);
  await main(page)
    .getByRole('link', { name: 'Labels were printed twice' })
    .click();
  await refused(/^Edit$/, /^Change status$/, /^Add a note$/, /^Plan an/);
  const edit = main(page).getByRole('button', { name: 'Edit' });
  await accessible(page, edit);
  await pictures(page, edit, 'state-unchangeable');
});

test('a slow page waits with what does not move when it is there', async t => {
  const page = await enter(t, 'ada', []);
  const gate = { held: Promise.resolve(), open: () => {} };
  await page.route('**/api/evenkeel/**', async route => {
    await gate.held;
    await route.continue();
  });
  for (const [name, { path, there }] of Object.entries(kinds)) {
    await t.test(name, async () => {
      gate.held = new Promise(resolve => {
        gate.open = resolve;
      });
      await go(page, path);
      const waits = main(page)
        .getByRole('status', { name: /^Loading / })
        .first();
      await waits.waitFor();
      assert.equal(await main(page).getByRole('alert').count(), 0);
      const before = await main(page).boundingBox();
      await pictures(page, waits, `state-waiting-${name}`, undefined, true);
      gate.open();
      await there(main(page)).first().waitFor();
      const after = await main(page).boundingBox();
      const at = (box: typeof before) => box && [box.x, box.y, box.width];
      assert.deepEqual(at(after), at(before), 'what is read moved');
    });
  }
});

test('who is signed in no more is told so, and goes on after signing in', async t => {
  const page = await enter(t, 'ada', [/401/]);
  // As it is once a session is over: the portal itself refuses what it signed.
  await page.route('**/api/evenkeel/**', async route => {
    const { authorization = '' } = route.request().headers();
    const over = `${authorization.slice(0, -40)}${'A'.repeat(40)}`;
    const headers = { ...route.request().headers(), authorization: over };
    await route.continue({ headers });
  });
  for (const [name, { path }] of Object.entries(kinds)) {
    await t.test(name, async () => {
      await go(page, path);
      await alert(page, 'Your session is over').waitFor();
    });
  }
  await go(page, kinds.home.path);
  const over = alert(page, 'Your session is over');
  await accessible(page, over);
  await pictures(page, over, 'state-signed-out');
  await page.unroute('**/api/evenkeel/**');
  await over.getByRole('button', { name: 'Sign in again' }).click();
  await kinds.home.there(main(page)).first().waitFor();
});

test('what is not measured any more says that it is stale, beside its state', async t => {
  const page = await enter(t, 'ada', []);
  await go(page, '/evenkeel/slos/event-stream/freshness');
  await main(page).getByText(/stale/i).first().waitFor();
  await pictures(page, main(page).getByText(/stale/i).first(), 'state-stale');
});

test('an organisation with nothing in it says what to do first', async t => {
  const { program, directory } = portal();
  await endApi(t);
  await rm(join(directory, 'api'), { recursive: true });
  await program.start();
  const page = await enter(t, 'ada', [/404/]);
  const first: Record<string, string> = {
    home: 'You are in no team yet',
    // Evenkeel measures itself from its first minute on.
    SLOs: 'evenkeel',
    scorecards: 'Below all levels',
    toil: 'You are not a member',
    incidents: 'No incident matches',
    organisation: 'SLOs in all',
    issues: 'No issue matches',
    services: 'Worst SLO',
    service: 'Not here',
    'the tab of an entity': 'Evenkeel does not know “ledger”',
  };
  for (const [name, text] of Object.entries(first)) {
    await t.test(name, async () => {
      await go(page, kinds[name].path);
      const shown = main(page).getByText(text).first();
      await shown.waitFor();
      await pictures(page, shown, `state-empty-${name}`);
    });
  }
});
