/* eslint-disable no-console -- it is a program of the command line. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec as Spec } from 'node:test/reporters';

import { newDatabase, startPortal } from '../src/portal/portal';
import type { House } from './house';

const needed = [
  'EVENKEEL_TEST_CHROMIUM',
  // A portal that is there already needs no others.
  ...(process.env.TRIAL_HOUSE
    ? []
    : ['EVENKEEL_TEST_PROGRAM', 'EVENKEEL_TEST_POSTGRES']),
];

/**
 * Starts a portal and runs the browser tests against it, all or those whose file's name has one of
 * the given words in it, as often as TRIAL_TIMES says; gives how many failed. Where TRIAL_HOUSE
 * says of a portal that is there, that one is used.
 */
async function main(words: string[]): Promise<number> {
  for (const name of needed) {
    if (!process.env[name]) {
      throw new Error(`${name} is not set: run it by \`make portal-test\``);
    }
  }
  const files = readdirSync(__dirname)
    .filter(file => file.endsWith('.test.ts'))
    .filter(file => !words.length || words.some(word => file.includes(word)))
    .map(file => join(__dirname, file));
  if (process.env.TRIAL_HOUSE) {
    return repeated(files, new AbortController().signal);
  }
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-portal-'));
  const portal = await startPortal({
    program: process.env.EVENKEEL_TEST_PROGRAM ?? '',
    directory,
    database: newDatabase(process.env.EVENKEEL_TEST_POSTGRES ?? ''),
    services: 0,
    // Tests have the catalog read entities of their own from this machine; a portal that is tried
    // out reads nothing there.
    settings: { 'backend.reading.allow': [{ host: '127.0.0.1:1024-65535' }] },
    say: console.log,
  });
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  process.once('SIGTERM', () => stopped.abort());
  try {
    const house: House = { url: portal.url, api: portal.api };
    process.env.TRIAL_HOUSE = JSON.stringify(house);
    return await repeated(files, stopped.signal);
  } finally {
    await portal.stop();
    if (process.env.TRIAL_KEEP) {
      console.log(`what the portal wrote is in ${directory}`);
    } else {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

async function repeated(files: string[], signal: AbortSignal): Promise<number> {
  let failed = 0;
  for (let time = Number(process.env.TRIAL_TIMES ?? 1); time > 0; time -= 1) {
    failed += await tested(files, signal);
  }
  return failed;
}

function tested(files: string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let failed = 0;
    let passed = 0;
    const stream = run({ files, concurrency: 3, timeout: 900_000, signal });
    stream.on('test:summary', ({ file, counts }) => {
      if (file === undefined) {
        failed = counts.tests - counts.passed;
        passed = counts.passed;
      }
    });
    const report = stream.compose(new Spec());
    report.pipe(process.stdout);
    report.on('error', reject);
    report.on('end', () => {
      console.log(`browser tests: ${passed} passed, ${failed} failed`);
      resolve(passed === 0 ? 1 : failed);
    });
  });
}

main(process.argv.slice(2)).then(
  failed => process.exit(failed ? 1 : 0),
  (error: unknown) => {
    console.error(`e2e: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);
