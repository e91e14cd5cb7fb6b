/* eslint-disable no-console -- it is a program of the command line. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { smaller } from '../src/png';
import { newDatabase, startPortal } from '../src/portal/portal';
import { exitOnSignals } from '../src/portal/process';
import { faultsOf, launchBrowser } from './browser';

// scripts/portalenv runs everything in portal-plugin.
const images = join(process.cwd(), '../docs/images');
// What a picture of the documentation may have, in bytes.
const MOST = 150_000;

/** A picture of the documentation: a page as Ada sees it, once what it is about is there. */
const wanted = [
  {
    name: 'portal-home',
    path: '/evenkeel/home',
    shown: 'table tbody tr',
    height: 900,
  },
  {
    name: 'portal-service',
    path: '/catalog/default/component/checkout/evenkeel',
    shown: 'a[href*="/evenkeel/slos/checkout/"]',
    height: 1100,
  },
  {
    name: 'portal-slo',
    path: '/evenkeel/slos/checkout/availability',
    shown: 'svg[role="img"] path',
    height: 1000,
  },
  {
    name: 'portal-scorecards',
    path: '/evenkeel/scorecards',
    shown: 'tbody tr',
    height: 900,
  },
];

/** Takes the pictures of README and docs anew, from the trial's portal. */
async function main() {
  exitOnSignals();
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-pictures-'));
  process.once('exit', () =>
    rmSync(directory, { recursive: true, force: true }),
  );
  const portal = await startPortal({
    program: process.env.EVENKEEL_TEST_PROGRAM ?? '',
    directory,
    database: newDatabase(process.env.EVENKEEL_TEST_POSTGRES ?? ''),
    services: 0,
    say: console.log,
  });
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({
      colorScheme: 'light',
      reducedMotion: 'reduce',
    });
    await context.addInitScript(() =>
      sessionStorage.setItem('trial.person', 'ada'),
    );
    for (const picture of wanted) {
      const page = await context.newPage();
      const faults = faultsOf(page.context(), portal.url);
      await page.setViewportSize({ width: 1280, height: picture.height });
      await page.goto(`${portal.url}${picture.path}`);
      await page.locator(picture.shown).first().waitFor({ timeout: 60_000 });
      await still(page);
      const png = smaller(await page.screenshot({ animations: 'disabled' }));
      await page.close();
      if (faults.length > 0 || png.length > MOST) {
        throw new Error(
          `${picture.name} has ${png.length} bytes, and ${faults.join('\n')}`,
        );
      }
      await writeFile(join(images, `${picture.name}.png`), png);
      console.log(`${picture.name}.png  ${png.length} bytes`);
    }
  } finally {
    await browser.close();
    await portal.stop();
  }
}

/** Waits until nothing is read any more, and nothing says that it waits. */
async function still(page: Page) {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(
    () => document.querySelectorAll('.bui-Skeleton').length === 0,
  );
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(
      `pictures: ${error instanceof Error ? error.message : error}`,
    );
    process.exit(1);
  },
);
