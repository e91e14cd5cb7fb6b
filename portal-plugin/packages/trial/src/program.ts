import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** The program itself, with a database of its own. */
export type Program = {
  url: string;
  /** The first administrator's. */
  token: string;
  /** Ends it, and removes what it kept. */
  stop: () => Promise<void>;
};

/** Starts the program that EVENKEEL_TEST_PROGRAM names, which scripts/test builds. */
export async function startProgram(): Promise<Program> {
  const path = process.env.EVENKEEL_TEST_PROGRAM;
  if (!path) {
    throw new Error(
      'EVENKEEL_TEST_PROGRAM does not say where the program is: run `make portal-test`, or set it to what `make build` builds',
    );
  }
  for (;;) {
    const started = await startAt(path, `127.0.0.1:${await freePort()}`);
    // Between the moment that a port was free and now, somebody else may have taken it.
    if (started !== 'port taken') {
      return started;
    }
  }
}

async function startAt(
  path: string,
  address: string,
): Promise<Program | 'port taken'> {
  // It takes no variables for settings but its own.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('EVENKEEL_'),
    ),
  );
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-trial-'));
  const server = spawn(
    path,
    ['serve', '--data-dir', directory, '--listen', address],
    { stdio: ['ignore', 'ignore', 'pipe'], env },
  );
  let written = '';
  server.stderr.on('data', chunk => {
    written = `${written}${chunk}`.slice(-4000);
  });
  const ended = new Promise<void>(resolve => server.once('close', resolve));
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  const url = `http://${address}`;
  for (;;) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (server.exitCode !== null) {
      await stop();
      if (written.includes('is in use by another program')) {
        return 'port taken';
      }
      throw new Error(`the program ended with ${server.exitCode}:\n${written}`);
    }
    if (ready?.ok) {
      const token = await readFile(join(directory, 'admin-token'), 'utf8');
      return { url, token: token.trim(), stop };
    }
    await setTimeout(50);
  }
}

async function freePort(): Promise<number> {
  const socket = createServer();
  await new Promise<void>(resolve => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise(resolve => socket.close(resolve));
  return port;
}
