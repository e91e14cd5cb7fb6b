/* eslint-disable no-console -- it is a program of the command line. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { evenkeel, value } from '@evenkeel/client';
import type { BrowserContext, Page } from 'playwright-core';

import { plainService } from '../src/plain';
import { newDatabase, startPortal, type Portal } from '../src/portal/portal';
import { faultsOf, launchBrowser } from './browser';
import { chainOf, medianOf, twiceIn, type Asked } from '../src/requests';

/** A page that is measured: it is usable once so many things are there. */
type Measured = {
  name: string;
  path: string;
  /** A selector of what somebody came for. */
  rows: string;
  atLeast: number;
  /** Whether the goal is about it. */
  goal?: boolean;
};

/** How one look at a page went, in milliseconds from when it was asked for. */
type Look = { painted: number; usable: number; asked: Asked[] };

// The page of the app itself that the others are compared with.
const YARDSTICK = 'catalog of the app';
// No page takes longer than so many times what the yardstick takes.
const GOAL = 2;

/** Measures how soon pages are usable with many services, beside the app's own catalog. */
async function main() {
  const { values } = parseArgs({
    options: {
      services: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '7' },
    },
  });
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-speed-'));
  const services = Number(values.services);
  const portal = await startPortal({
    program: process.env.EVENKEEL_TEST_PROGRAM ?? '',
    directory,
    database: newDatabase(process.env.EVENKEEL_TEST_POSTGRES ?? ''),
    services,
    say: console.log,
  });
  const stop = async () => {
    await portal.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('SIGINT', () => stop().finally(() => process.exit(130)));
  process.once('SIGTERM', () => stop().finally(() => process.exit(143)));
  try {
    await catalogHas(portal, services);
    console.log(`the catalog has ${services} services and more`);
    await measure(
      portal,
      await pagesOf(portal, services),
      Number(values.rounds),
    );
  } finally {
    await stop();
  }
}

async function pagesOf(portal: Portal, services: number): Promise<Measured[]> {
  const api = evenkeel({ baseUrl: portal.api.url, token: portal.api.token });
  const cards = await value(api.GET('/v1/scorecards', {}));
  const card = cards.items?.[0]?.slug;
  assert.ok(card, 'the sample has a scorecard');
  const service = plainService(Math.ceil(services / 2)).slug;
  const row = 'tbody tr:has(a[href], th button)';
  const slo = `a[href*="/evenkeel/slos/${service}/availability"]`;
  return [
    {
      name: YARDSTICK,
      path: '/catalog?filters[user]=all',
      rows: row,
      atLeast: 10,
    },
    {
      name: 'scorecard matrix',
      path: `/evenkeel/scorecards/${card}`,
      rows: row,
      atLeast: 10,
      goal: true,
    },
    {
      name: 'service page',
      path: `/evenkeel/services/${service}`,
      rows: slo,
      atLeast: 1,
      goal: true,
    },
    {
      name: 'tab of an entity',
      path: `/catalog/default/component/${service}/evenkeel`,
      rows: slo,
      atLeast: 1,
      goal: true,
    },
    {
      name: 'services',
      path: '/evenkeel/services',
      rows: row,
      atLeast: 10,
    },
    { name: 'SLOs', path: '/evenkeel/slos', rows: row, atLeast: 10 },
    { name: 'home', path: '/evenkeel/home', rows: row, atLeast: 3 },
    {
      name: 'organisation',
      path: '/evenkeel/organisation',
      rows: row,
      atLeast: 3,
    },
  ];
}

/** Waits until the catalog has all of them, so that it does nothing else while pages are looked at. */
async function catalogHas(portal: Portal, services: number) {
  const reply = await fetch(`${portal.url}/api/auth/trial/refresh`, {
    headers: { 'X-Trial-Person': 'ada', 'X-Requested-With': 'test' },
  });
  const { token } = (await reply.json()).backstageIdentity;
  const query = new URLSearchParams({ filter: 'kind=component', limit: '0' });
  for (const end = Date.now() + 300_000; ; await setTimeout(500)) {
    const answer = await fetch(
      `${portal.url}/api/catalog/entities/by-query?${query}`,
      { headers: { Authorization: `Bearer ${token}` } },
    );
    const { totalItems } = await answer.json();
    if (totalItems > services) {
      return;
    }
    assert.ok(Date.now() < end, `the catalog has ${totalItems} entities`);
  }
}

async function measure(portal: Portal, pages: Measured[], rounds: number) {
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
    });
    await context.addInitScript(() =>
      sessionStorage.setItem('trial.person', 'ada'),
    );
    const looks = new Map<string, Look[]>(pages.map(p => [p.name, []]));
    for (let round = 0; round <= rounds; round++) {
      // There and back, so that what grows busier or quieter meets all alike.
      const order = round % 2 ? [...pages].reverse() : pages;
      for (const page of order) {
        const look = await lookAt(context, portal.url, page);
        if (round > 0) {
          // The first fills the browser's cache.
          looks.get(page.name)?.push(look);
        }
      }
      console.log(round === 0 ? 'all pages open' : `round ${round}`);
    }
    print(pages, looks);
  } finally {
    await browser.close();
  }
}

async function lookAt(
  context: BrowserContext,
  portal: string,
  wanted: Measured,
): Promise<Look> {
  const page = await context.newPage();
  const faults = faultsOf(page.context(), portal);
  const asked: Asked[] = [];
  page.on('requestfinished', request => {
    const url = new URL(request.url());
    if (url.pathname.startsWith('/api/')) {
      const { startTime, responseEnd } = request.timing();
      asked.push({
        what: `${request.method()} ${url.pathname}${url.search}`,
        began: startTime,
        ended: startTime + responseEnd,
      });
    }
  });
  await page.goto(`${portal}${wanted.path}`, { waitUntil: 'commit' });
  const times = await timesOf(page, wanted).catch(async (error: unknown) => {
    const picture = join(tmpdir(), 'evenkeel-speed.png');
    await page.screenshot({ path: picture });
    throw new Error(
      `${wanted.name} has no ${wanted.rows}: see ${picture}\n${faults.join(
        '\n',
      )}`,
      { cause: error },
    );
  });
  await page.waitForLoadState('networkidle');
  assert.deepEqual(faults, [], wanted.path);
  await page.close();
  return { ...times, asked };
}

/** When something was painted first, and when what the page is for was painted. */
async function timesOf(page: Page, wanted: Measured) {
  const usable = await page.waitForFunction(
    ([rows, atLeast]) =>
      document.querySelectorAll(rows).length >= atLeast && performance.now(),
    [wanted.rows, wanted.atLeast] as const,
    { polling: 'raf', timeout: 60_000 },
  );
  const painted = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0].startTime,
  );
  return { painted, usable: Number(await usable.jsonValue()) };
}

function print(pages: Measured[], looks: Map<string, Look[]>) {
  const of = (name: string) => looks.get(name) ?? [];
  const yard = of(YARDSTICK);
  const waited = (look: Look) => look.usable - look.painted;
  console.log(
    `\n${'page'.padEnd(
      20,
    )} painted  usable  between  ratio  requests  in a row  twice`,
  );
  for (const page of pages) {
    const seen = of(page.name);
    // Neighbours of the same round are compared, and the median of those quoted.
    const ratio = medianOf(
      seen.map((look, at) => waited(look) / waited(yard[at])),
    );
    const asked = seen.at(-1)?.asked ?? [];
    const twice = twiceIn(asked);
    let verdict = '';
    if (page.goal) {
      verdict = ratio <= GOAL ? '  within the goal' : '  MISSED';
    }
    console.log(
      [
        page.name.padEnd(20),
        `${medianOf(seen.map(l => l.painted)).toFixed(0)} ms`.padStart(7),
        `${medianOf(seen.map(l => l.usable)).toFixed(0)} ms`.padStart(8),
        `${medianOf(seen.map(waited)).toFixed(0)} ms`.padStart(8),
        ratio.toFixed(2).padStart(6),
        String(asked.length).padStart(9),
        String(chainOf(asked).length).padStart(9),
        String(twice.length).padStart(6),
        verdict,
      ].join(' '),
    );
  }
  console.log(
    `\nmedians of ${yard.length} rounds; the goal is at most ${GOAL} times the ${YARDSTICK}, from the first paint to rows`,
  );
  for (const page of pages) {
    const asked = of(page.name).at(-1)?.asked ?? [];
    console.log(`\n${page.name}: one after the other`);
    chainOf(asked).forEach(what => console.log(`  ${what}`));
    twiceIn(asked).forEach(what => console.log(`  twice: ${what}`));
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`speed: ${error instanceof Error ? error.stack : error}`);
    process.exit(1);
  },
);
