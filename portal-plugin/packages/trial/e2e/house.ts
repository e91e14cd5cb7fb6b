import assert from 'node:assert/strict';
import { after, type TestContext } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { exitOnSignals } from '../src/portal/process';
import { faultsOf, launchBrowser } from './browser';

// Whoever ends the tests early ends what a file of them started too.
exitOnSignals();

/** What the runner says of the portal that it started. */
export type House = {
  /** Where people open the portal. */
  url: string;
  /** Where the API is, and its administrator's token. */
  api: { url: string; token: string };
};

/** The portal that the tests are run against. */
export const house: House = (() => {
  const said = process.env.TRIAL_HOUSE;
  assert.ok(said, 'run the browser tests by e2e/run.ts, which starts a portal');
  return JSON.parse(said);
})();

/** How a page is opened. */
export type VisitOptions = {
  /**
   * What the console may say, such as that a request was answered with 412 where the test is about
   * that.
   */
  allow?: RegExp[];
  /** Pixels of the window; 1280 × 800 by default. */
  viewport?: { width: number; height: number };
  /** Where the portal is, for files that start their own. */
  at?: string;
};

let browser: Promise<Browser> | undefined;

function launched(): Promise<Browser> {
  browser ??= launchBrowser();
  return browser;
}

after(async () => (await browser)?.close());

/**
 * Opens a path of the portal as one of the sample people, in a browser of their own; as nobody
 * where the person is undefined. When the test ends it fails if the console said an error, or if
 * anything was asked of another origin.
 */
export async function visit(
  t: TestContext,
  person: string | undefined,
  path: string,
  options: VisitOptions = {},
): Promise<Page> {
  const {
    allow = [],
    viewport = { width: 1280, height: 800 },
    at = house.url,
  } = options;
  const context = await (await launched()).newContext({ viewport });
  // Generous, for a machine that tests something else beside.
  context.setDefaultTimeout(30_000);
  if (person !== undefined) {
    // As the page to sign in leaves it when somebody was chosen; see app/src/SignInPage.tsx.
    await context.addInitScript(name => {
      // An empty page, which comes first, has no storage.
      if (window.origin !== 'null') {
        sessionStorage.setItem('trial.person', name);
      }
    }, person);
  }
  const faults = faultsOf(context, at);
  t.after(async () => {
    await context.close();
    assert.deepEqual(
      faults.filter(fault => !allow.some(pattern => pattern.test(fault))),
      [],
    );
  });
  const page = await context.newPage();
  await page.goto(`${at}${path}`);
  return page;
}

/** Asks the portal's backend as one of the sample people, without a browser. */
export async function tokenOf(person: string, at = house.url): Promise<string> {
  const reply = await fetch(`${at}/api/auth/trial/refresh`, {
    headers: { 'X-Trial-Person': person, 'X-Requested-With': 'test' },
  });
  assert.equal(reply.status, 200, `${person} may not enter`);
  const { backstageIdentity } = await reply.json();
  return backstageIdentity.token;
}
