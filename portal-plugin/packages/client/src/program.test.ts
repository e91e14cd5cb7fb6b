/** @jest-environment node */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  evenkeel,
  ifMatch,
  items,
  value,
  versioned,
  type Evenkeel,
} from './index';

// What is tried here is the program itself, which scripts/test builds.
const program = process.env.EVENKEEL_TEST_PROGRAM;

// It takes no variables for settings but its own.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('EVENKEEL_')),
);

let directory: string;
let server: ChildProcess;
let api: Evenkeel;

async function freePort(): Promise<number> {
  const socket = createServer();
  await new Promise<void>(resolve => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise(resolve => socket.close(resolve));
  return port;
}

async function untilReady(address: string): Promise<void> {
  for (;;) {
    const ready = await fetch(address).catch(() => undefined);
    if (ready?.ok) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  if (!program) {
    throw new Error(
      'EVENKEEL_TEST_PROGRAM does not say where the program is: run `make portal-test`, or set it to what `make build` builds',
    );
  }
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-client-'));
  const port = await freePort();
  server = spawn(
    program,
    ['serve', '--data-dir', directory, '--listen', `127.0.0.1:${port}`],
    { stdio: 'ignore', env },
  );
  // The first start leaves the administrator's token in a file.
  const token = () =>
    readFile(join(directory, 'admin-token'), 'utf8').then(text => text.trim());
  api = evenkeel({
    baseUrl: `http://127.0.0.1:${port}/`,
    token,
    retry: { attempts: 12 },
  });
  await untilReady(`http://127.0.0.1:${port}/readyz`);
}, 60_000);

afterAll(async () => {
  if (server) {
    const ended = new Promise(resolve => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  rmSync(directory, { recursive: true, force: true });
});

it('makes a thing once, reads it, changes it where nobody was first, and lists it', async () => {
  const once = {
    params: { header: { 'Idempotency-Key': 'a-key-of-mine' } },
    body: { slug: 'payments', name: 'Payments' },
  };
  const made = await versioned(api.POST('/v1/teams', once));
  const again = await versioned(api.POST('/v1/teams', once));
  expect(again.value.id).toBe(made.value.id);
  expect(made.etag).toBe('"1"');

  const path = { team: 'payments' };
  const read = await versioned(
    api.GET('/v1/teams/{team}', { params: { path } }),
  );
  expect(read).toEqual(made);
  const changed = await versioned(
    api.PUT('/v1/teams/{team}', {
      params: { path, header: ifMatch(read.etag) },
      body: { slug: 'payments', name: 'Payments and payouts' },
    }),
  );
  expect(changed.value.name).toBe('Payments and payouts');
  expect(changed.etag).toBe('"2"');
  await expect(
    api.PUT('/v1/teams/{team}', {
      params: { path, header: ifMatch(read.etag) },
      body: { slug: 'payments', name: 'Lost' },
    }),
  ).rejects.toMatchObject({ status: 412, code: 'version_mismatch' });
});

it('goes through all pages of a list', async () => {
  const slugs = ['list-a', 'list-b', 'list-c', 'list-d', 'list-e'];
  for (const slug of slugs) {
    await api.POST('/v1/teams', { body: { slug, name: slug } });
  }
  const found: string[] = [];
  for await (const team of items(api, '/v1/teams', { query: { limit: 2 } })) {
    found.push(team.slug);
  }
  expect(found.filter(slug => slug.startsWith('list-'))).toEqual(slugs);
});

it('tells what is wrong with the field, and which request it was', async () => {
  const refused = value(
    api.POST('/v1/teams', { body: { slug: 'Not A Slug', name: '' } }),
  );
  await expect(refused).rejects.toMatchObject({
    status: 422,
    requestId: expect.stringMatching(/^[0-9A-Z]{26}$/),
    faults: expect.arrayContaining([
      expect.objectContaining({ pointer: '/slug' }),
    ]),
  });
});
