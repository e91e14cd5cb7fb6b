import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { promisify } from 'node:util';

import { start } from '../src/portal/process';

/** A counter that a service exposes, and by how much it grows in 100 seconds that end at a time. */
export type Counter = {
  /** As it is exposed: requests_total{code="200"}. */
  name: string;
  grows: (at: Date) => number;
};

// Thrice in each slot of five minutes, and at its ends: an increase over a slot is exact.
const STEP_MS = 100_000;
const SLOT_MS = 300_000;

/** Samples begin so many days ago: a day before the window of 28. */
const DAYS = 29;

/**
 * Starts a Prometheus of the test's own that holds 29 days of some counters, and gives where it is.
 * It ends with the file. Where the machine has none the test is skipped, and fails in CI.
 */
export async function startPrometheus(
  t: TestContext,
  counters: readonly Counter[],
): Promise<string | undefined> {
  const server = process.env.EVENKEEL_TEST_PROMETHEUS;
  const tool = process.env.EVENKEEL_TEST_PROMTOOL;
  if (!server || !tool) {
    assert.notEqual(process.env.CI, 'true', 'there is no Prometheus');
    t.skip('EVENKEEL_TEST_PROMETHEUS is not set');
    return undefined;
  }
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-prometheus-'));
  const data = join(directory, 'data');
  const config = join(directory, 'prometheus.yml');
  const samples = join(directory, 'samples.txt');
  await mkdir(data);
  await writeFile(config, '');
  await writeFile(samples, samplesOf(counters, Date.now()));
  await promisify(execFile)(tool, [
    ...['tsdb', 'create-blocks-from', '--quiet', '--max-block-duration=1458h'],
    ...['openmetrics', samples, data],
  ]);
  const prometheus = start({
    name: 'Prometheus',
    command: server,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      '--web.listen-address=127.0.0.1:0',
    ],
    cwd: directory,
    env: process.env,
    log: join(directory, 'prometheus.log'),
  });
  after(async () => {
    await prometheus.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const [, address] = await prometheus.says(
    /msg="Listening on" address=(127\.0\.0\.1:\d+)/,
  );
  await prometheus.ready(`http://${address}/-/ready`);
  return `http://${address}`;
}

// As OpenMetrics.
function samplesOf(counters: readonly Counter[], now: number): string {
  const end = Math.floor(now / SLOT_MS) * SLOT_MS;
  const lines: string[] = [];
  for (const { name, grows } of counters) {
    let total = 0;
    for (let at = end - DAYS * 86_400_000; at <= end; at += STEP_MS) {
      total += grows(new Date(at));
      lines.push(`${name} ${total} ${at / 1000}`);
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}
