import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { house, tokenOf } from './house';
import { word } from './names';

/** A component that a test has put into the catalog. */
export type Entity = { name: string; title: string };

/**
 * Puts a component into the catalog that Evenkeel is not told of, as a library is none that it
 * takes for a service; it goes again when the test ends.
 */
export async function newEntity(
  t: TestContext,
  spec: { owner: string; description?: string },
): Promise<Entity> {
  const name = `made-${word()}`;
  const title = `Made ${name.slice(5)}`;
  const { description = 'Made by a test.' } = spec;
  const server = createServer((_, reply) => {
    reply.end(
      // JSON is YAML.
      JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: {
          ...{ name, title, description, tags: ['made'] },
          annotations: { 'evenkeel.dev/tier': '2' },
          links: [
            { url: 'https://runbooks.example.org/made', title: 'Runbook' },
          ],
        },
        spec: {
          type: 'library',
          lifecycle: 'experimental',
          owner: `group:default/${spec.owner}`,
        },
      }),
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const headers = {
    Authorization: `Bearer ${await tokenOf('sam')}`,
    'Content-Type': 'application/json',
  };
  const catalog = `${house.url}/api/catalog`;
  const made = await fetch(`${catalog}/locations`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      type: 'url',
      target: `http://127.0.0.1:${port}/catalog-info.yaml`,
    }),
  });
  assert.equal(made.status, 201, await made.clone().text());
  const { location } = await made.json();
  t.after(() =>
    fetch(`${catalog}/locations/${location.id}`, { method: 'DELETE', headers }),
  );
  // The catalog reads what it was told of in turns.
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await fetch(
      `${catalog}/entities/by-name/component/default/${name}`,
      { headers },
    );
    if (found.ok) {
      return { name, title };
    }
    assert.ok(Date.now() < end, `the catalog never had ${name}`);
    await setTimeout(250);
  }
}
