import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

/** Asks until it is so: the catalog, Evenkeel and pages read on schedules. */
export async function eventually(what: string, so: () => Promise<boolean>) {
  const end = Date.now() + 90_000;
  while (!(await so())) {
    assert.ok(Date.now() < end, `not within 90 seconds: ${what}`);
    await setTimeout(500);
  }
}
