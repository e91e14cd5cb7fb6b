import { items, type Evenkeel } from '@evenkeel/client';

import { AT_ONCE, knownServices } from './organisation';
import type { WorldObjective } from './objectives';
import { sideBySide } from './pace';
import { plainService } from './plain';
import { SLOT_MS, slotsOf } from './slots';

// So many slots: a day, so that a thousand services take seconds.
const SLOTS = 288;
// So many services in one push.
const BATCH = 50;

/**
 * Makes so many plain services, "plain-0001" and so on, each with an SLO and a day of
 * measurements; gives how many there were none of.
 */
export async function enterMany(
  api: Evenkeel,
  count: number,
  now: number,
): Promise<number> {
  const known = await knownServices(api);
  const all = Array.from({ length: count }, (_, at) => at + 1);
  const missing = all.filter(at => !known.has(slugOf(at)));
  await sideBySide(missing, AT_ONCE, at =>
    api.POST('/v1/services', {
      body: { ...plainService(at), lifecycle: 'production' },
    }),
  );
  // Those of before may have been left without an SLO, or without what was measured.
  const declared = new Map<string, string>();
  for await (const slo of items(api, '/v1/slos', { query: { limit: 200 } })) {
    declared.set(slo.service.slug, slo.state);
  }
  await sideBySide(
    all.filter(at => !declared.has(slugOf(at))),
    AT_ONCE,
    at =>
      api.POST('/v1/services/{service}/slos', {
        params: { path: { service: slugOf(at) } },
        body: {
          slug: 'availability',
          name: 'Availability',
          objective: '99.5%',
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
  const unmeasured = all.filter(
    at => (declared.get(slugOf(at)) ?? 'no_data') === 'no_data',
  );
  const batches: number[][] = [];
  for (let from = 0; from < unmeasured.length; from += BATCH) {
    batches.push(unmeasured.slice(from, from + BATCH));
  }
  await sideBySide(batches, 2, batch =>
    api.POST('/v1/measurements', {
      body: {
        series: batch.map(at => ({
          service: slugOf(at),
          slo: 'availability',
          reporter: 'default',
          slots: slotsOf(objectiveOf(at), now - SLOTS * SLOT_MS, now),
        })),
      },
    }),
  );
  return missing.length;
}

function slugOf(at: number) {
  return plainService(at).slug;
}

/** One in ten has spent its budget, one in ten is close to it. */
function objectiveOf(at: number): WorldObjective {
  return {
    service: slugOf(at),
    slug: 'availability',
    name: 'Availability',
    category: 'availability',
    objective: '99.5%',
    goodEvent: '',
    rationale: '',
    peak: 1_000,
    bad: { 0: 0.009, 1: 0.0045 }[at % 10] ?? 0.001,
  };
}
