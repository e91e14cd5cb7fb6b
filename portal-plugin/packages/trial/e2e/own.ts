import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';

import {
  newDatabase,
  startPortal,
  type Portal,
  type PortalOptions,
} from '../src/portal/portal';

/**
 * Starts a portal for one file alone, which ends and starts the parts of it, or has them set
 * otherwise: others run at the same time. It is there from the first test of the file on, and is
 * ended after the last. Called where tests are declared; `furnish` is done before the first test.
 */
export function ownPortal(
  options: () => Promise<Pick<PortalOptions, 'services' | 'settings'>>,
  furnish: (portal: Portal) => Promise<void> = async () => {},
): () => Portal {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-own-'));
  let portal: Portal | undefined;
  before(async () => {
    const { EVENKEEL_TEST_PROGRAM: program, EVENKEEL_TEST_POSTGRES: server } =
      process.env;
    if (!program || !server) {
      throw new Error('run the browser tests by e2e/run.ts');
    }
    portal = await startPortal({
      program,
      directory,
      database: newDatabase(server),
      say: () => {},
      ...(await options()),
    });
    // Here, and not in a hook of its own: Node does not wait for one hook before the next.
    await furnish(portal);
  });
  after(async () => {
    await portal?.stop();
    if (!process.env.TRIAL_KEEP) {
      rmSync(directory, { recursive: true, force: true });
    }
  });
  return () => {
    if (portal === undefined) {
      throw new Error('the portal is there from the first test on');
    }
    return portal;
  };
}
