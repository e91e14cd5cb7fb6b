import { value, type Schemas } from '@evenkeel/client';

import { api } from './asking';
import { word } from './names';

/** Registers a service for a test, by default of the team that Nora is in, and gives its slug. */
export async function newService(team = 'fulfilment'): Promise<string> {
  const slug = `made-${word()}`;
  await value(
    api.POST('/v1/services', {
      body: {
        ...{ slug, team, name: slug, description: 'Made by a test.' },
        ...{ kind: 'http', tier: 4, lifecycle: 'experimental' },
      },
    }),
  );
  return slug;
}

/** Events that are pushed in slots of five minutes. */
export const pushed: Schemas['IndicatorInput'] = {
  category: 'availability',
  counting: 'good_total',
  resolutionSeconds: 300,
};

/** Declares an SLO for a test, of a service of its own where none is named. */
export async function newSLO(
  part: Partial<Schemas['SLOInput']> & { service?: string } = {},
): Promise<{ service: string; slo: string; name: string }> {
  const { service = await newService(), ...input } = part;
  const name = input.name ?? `Made ${word()}`;
  const made = await value(
    api.POST('/v1/services/{service}/slos', {
      params: { path: { service } },
      body: {
        slug: 'made',
        name,
        objective: '99%',
        minEvents: 1,
        enforcement: 'observed',
        indicator: pushed,
        ...input,
      },
    }),
  );
  return { service, slo: made.slug, name };
}

const SLOT_MS = 300_000;

/**
 * Pushes as many good events of a hundred in each of the last slots, the newest last, of a group
 * where one is named, has them judged, and gives the moment at which the last slot ends.
 */
export async function push(
  of: { service: string; slo: string },
  good: readonly number[],
  group?: string,
): Promise<Date> {
  const end = Math.floor(Date.now() / SLOT_MS) * SLOT_MS;
  await value(
    api.POST('/v1/services/{service}/slos/{slo}/measurements', {
      params: { path: { service: of.service, slo: of.slo } },
      body: {
        reporter: 'default',
        group,
        slots: good.map((count, at) => ({
          start: new Date(end - (good.length - at) * SLOT_MS).toISOString(),
          good: count,
          total: 100,
        })),
      },
    }),
  );
  await judge();
  return new Date(end);
}

/** Has all that was measured be judged now. */
export async function judge(): Promise<void> {
  await api.POST('/v1/jobs/{job}/runs', {
    params: { path: { job: 'evaluate-budgets' } },
  });
}
