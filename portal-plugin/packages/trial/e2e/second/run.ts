/* eslint-disable no-console -- it is a program of the command line. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { evenkeel, ProblemError, value, type Evenkeel } from '@evenkeel/client';

import { runJobs } from '../../src/jobs';
import { newDatabase, startApi } from '../../src/portal/portal';
import { freePort, plainEnvironment, start } from '../../src/portal/process';
import { SLOT_MS } from '../../src/slots';
import { faultsOf, launchBrowser } from '../browser';
import { inApp, layOut } from './app';
import { packedIn, type Packed } from './packages';

// scripts/portalenv runs everything there.
const root = process.cwd();

/** What is ended at last. */
type Running = { stop(): Promise<void> };

const began = performance.now();
function say(what: string) {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`${seconds.padStart(4)} s  ${what}`);
}

/** Installs the packages in a second app as the guide says, and looks at it in Chromium. */
async function main() {
  const { values } = parseArgs({
    options: {
      packed: { type: 'string' },
      // One that was laid out and built before, to go on from there.
      app: { type: 'string' },
    },
  });
  assert.ok(values.packed, 'run it by `make portal-pack-test`');
  const packed = await packedIn(values.packed);
  say(`${packed.length} packages are as they should be`);

  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-second-'));
  const running: Running[] = [];
  const end = async () => {
    await Promise.all(running.map(program => program.stop()));
    if (process.env.TRIAL_KEEP) {
      console.log(`the app is in ${directory}`);
    } else {
      rmSync(directory, { recursive: true, force: true });
    }
  };
  process.once('SIGINT', () => end().finally(() => process.exit(130)));
  process.once('SIGTERM', () => end().finally(() => process.exit(143)));
  try {
    const app = values.app ?? (await installed(directory, packed));
    await tried(directory, app, running);
  } finally {
    await end();
  }
}

/** Lays the app out and builds it; gives its directory. */
async function installed(directory: string, packed: Packed[]) {
  const app = join(directory, 'app');
  await layOut(app, packed);
  say('the app is laid out and installed');
  await inApp(app, 'yarn', ['tsc']);
  say('its types are right');
  const loaded = await inApp(app, process.execPath, [
    '--print',
    `require('@evenkeel/plugin-scaffolder-backend-module-evenkeel').default.$$type`,
  ]);
  assert.equal(loaded.trim(), '@backstage/BackendFeature');
  await inApp(app, 'yarn', ['workspace', 'app', 'build']);
  say('it is built');
  const sizes = join(__dirname, '../sizes.ts');
  console.log(
    await inApp(root, process.execPath, ['--import', 'tsx', sizes, app]),
  );
  return app;
}

async function tried(directory: string, app: string, running: Running[]) {
  const port = await freePort();
  const portal = `http://localhost:${port}`;
  const api = await startApi({
    program: process.env.EVENKEEL_TEST_PROGRAM ?? '',
    directory,
    portal,
    portalApi: `http://127.0.0.1:${port}`,
  });
  running.push(api.program);
  const backend = start({
    name: 'the second app',
    command: process.execPath,
    args: [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs', {
        paths: [app],
      }),
      'src/index.ts',
      ...['app-config', 'app-config.guide', 'app-config.here'].flatMap(name => [
        '--config',
        join(app, `${name}.yaml`),
      ]),
    ],
    cwd: join(app, 'packages/backend'),
    env: {
      ...plainEnvironment(),
      NODE_ENV: 'production',
      PORTAL_URL: portal,
      PORTAL_PORT: String(port),
      PORTAL_DATABASE: newDatabase(process.env.EVENKEEL_TEST_POSTGRES ?? ''),
      PORTAL_EVENKEEL: api.url,
    },
    log: join(directory, 'second.log'),
  });
  running.push(backend);
  await backend.ready(`${portal}/.backstage/health/v1/readiness`);
  say(`it answers at ${portal}`);

  await measured(evenkeel({ baseUrl: api.url, token: api.token }));
  say('Evenkeel has the service of the catalog, and an SLO of it');
  await looked(portal, directory);
  say('Mira finds her team, her service and its SLO');
}

/** Waits until Evenkeel was told of the catalog, and has an SLO measured of what came from it. */
async function measured(api: Evenkeel) {
  const path = { service: 'storefront' };
  const told = () =>
    value(api.GET('/v1/services/{service}', { params: { path } })).catch(
      (error: unknown) => {
        if (error instanceof ProblemError && error.status === 404) {
          return undefined;
        }
        throw error;
      },
    );
  const end = Date.now() + 120_000;
  let service = await told();
  while (service === undefined && Date.now() < end) {
    await setTimeout(250);
    service = await told();
  }
  assert.equal(service?.team.slug, 'shop', 'the catalog was not told');
  await value(
    api.POST('/v1/services/{service}/slos', {
      params: { path },
      body: {
        slug: 'availability',
        name: 'Pages are answered',
        objective: '99%',
        enforcement: 'policy',
        minEvents: 1,
        indicator: {
          category: 'availability',
          counting: 'good_total',
          resolutionSeconds: 300,
        },
      },
    }),
  );
  // Four of a thousand are bad: 99.6 % are good.
  const last = Math.floor(Date.now() / SLOT_MS) * SLOT_MS;
  const slots = Array.from({ length: 288 }, (_, at) => ({
    start: new Date(last - (at + 1) * SLOT_MS).toISOString(),
    good: 996,
    total: 1000,
  }));
  await value(
    api.POST('/v1/measurements', {
      body: {
        series: [{ ...path, slo: 'availability', reporter: 'default', slots }],
      },
    }),
  );
  await runJobs(api);
}

/** Enters as the one who is known, and looks at what a team looks at. */
async function looked(portal: string, directory: string) {
  const browser = await launchBrowser();
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const faults = faultsOf(page.context(), portal);
  try {
    await page.goto(`${portal}/catalog`);
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.getByRole('link', { name: 'Storefront' }).first().waitFor();

    await page.getByRole('link', { name: 'Evenkeel' }).first().click();
    await page.waitForURL(/\/evenkeel/);
    await page.getByRole('link', { name: 'Storefront', exact: true }).waitFor();

    await page.goto(`${portal}/evenkeel/slos`);
    await page
      .getByRole('row', { name: /Pages are answered.*99\.6/ })
      .first()
      .waitFor();

    await page.goto(`${portal}/catalog/default/component/storefront`);
    await page.getByText('Reliability', { exact: true }).click();
    await page.getByText('Pages are answered').first().waitFor();
    await page
      .getByText(/99\.6\d* ?%/)
      .first()
      .waitFor();

    // A member of the team may change what is the team's.
    await page.goto(`${portal}/evenkeel/services/storefront`);
    await page.getByText('Pages are answered').first().waitFor();
    assert.deepEqual(faults, []);
    // TRIAL_KEEP keeps it.
    await page.screenshot({ path: join(directory, 'seen.png') });
  } catch (error) {
    await page.screenshot({ path: join(directory, 'failed.png') });
    console.error([page.url(), ...faults].join('\n'));
    throw error;
  } finally {
    await browser.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(
      `second app: ${error instanceof Error ? error.message : error}`,
    );
    process.exit(1);
  },
);
