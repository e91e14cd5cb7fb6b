import { items, value } from '@evenkeel/client';

import { textOf, type Moment } from './moment';
import { BAD_RELEASE, OUTAGE } from './objectives';
import { sideBySide } from './pace';
import type { Trial } from './trial';
import { services } from './world';

type Change = {
  service: string;
  kind: 'deploy' | 'config' | 'flag' | 'migration';
  release: string;
  at: Moment;
  /** Minutes that it began before or after that. */
  minutes?: number;
  lasted: number;
  outcome: 'succeeded' | 'failed' | 'rolled_back';
  author: string;
  note: string;
};

// Those that something came of.
const remarkable: Change[] = [
  {
    service: 'checkout',
    kind: 'config',
    release: 'pool-size-8',
    at: OUTAGE,
    minutes: -10,
    lasted: 5,
    outcome: 'failed',
    author: 'Bruno Keller',
    note: 'Fewer connections to the ledger, to save memory.',
  },
  {
    service: 'checkout',
    kind: 'config',
    release: 'pool-size-64',
    at: OUTAGE,
    minutes: 110,
    lasted: 5,
    outcome: 'succeeded',
    author: 'Ada Okafor',
    note: 'As many connections as before.',
  },
  {
    service: 'search-api',
    kind: 'deploy',
    release: '2026.47.3',
    at: BAD_RELEASE,
    minutes: -5,
    lasted: 12,
    outcome: 'rolled_back',
    author: 'Ivan Petrov',
    note: 'A new ranking; it needs a field that old documents lack.',
  },
];

/** Tells what was changed: a release of each service on most days, and those that went wrong. */
export async function tellChanges({ api, now }: Trial): Promise<number> {
  const known = await sideBySide(services, 8, async ({ slug }) => {
    const names: string[] = [];
    for await (const change of items(api, '/v1/services/{service}/changes', {
      path: { service: slug },
      query: { limit: 100 },
    })) {
      names.push(`${slug} ${change.externalId}`);
    }
    return names;
  });
  const told = new Set(known.flat());
  const changes = [...remarkable, ...services.flatMap(releasesOf)].filter(
    change => !told.has(`${change.service} ${nameOf(change)}`),
  );
  await sideBySide(changes, 8, change => {
    const { service, kind, release, at, minutes = 0, lasted } = change;
    return value(
      api.POST('/v1/services/{service}/changes', {
        params: { path: { service } },
        body: {
          ...{ kind, release, outcome: change.outcome },
          author: change.author,
          note: change.note,
          externalId: nameOf(change),
          link: `https://ci.shop.example/${service}/${release}`,
          startedAt: textOf(at, now, minutes),
          endedAt: textOf(at, now, minutes + lasted),
        },
      }),
    );
  });
  return changes.length;
}

/** What the pipeline calls it. */
function nameOf({ release }: Change) {
  return `trial-${release}`;
}

/** A release every few days, of each service at another hour. */
function releasesOf(service: { slug: string }, at: number): Change[] {
  const days = [2 + (at % 3), 8 + (at % 4), 15 + (at % 5), 23 + (at % 4)];
  return days.map((daysAgo, n) => ({
    service: service.slug,
    kind: 'deploy',
    release: `1.${40 - n}.${at}`,
    at: { daysAgo, hour: 8 + (at % 9) },
    lasted: 10 + (at % 4) * 5,
    outcome: 'succeeded',
    author: 'Release pipeline',
    note: '',
  }));
}
