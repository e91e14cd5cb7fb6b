import { value, type Evenkeel } from '@evenkeel/client';

import { objectives, type WorldObjective } from './objectives';
import { sideBySide } from './pace';
import { DAYS, slotsOf } from './slots';

const DAY_MS = 86_400_000;

/** Pushes what was measured since what is known already, 28 days at most; gives how many slots. */
export async function pushMeasurements(
  api: Evenkeel,
  now: number,
): Promise<number> {
  const counts = await sideBySide(objectives, 3, objective =>
    pushOne(api, objective, now),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function pushOne(api: Evenkeel, objective: WorldObjective, now: number) {
  const path = { service: objective.service, slo: objective.slug };
  const status = await value(
    api.GET('/v1/services/{service}/slos/{slo}/status', { params: { path } }),
  );
  const since = status.latest ? Date.parse(status.latest) : now - DAYS * DAY_MS;
  const slots = slotsOf(objective, since, now);
  if (slots.length > 0) {
    await api.POST('/v1/services/{service}/slos/{slo}/measurements', {
      params: { path },
      body: { reporter: 'default', slots },
    });
  }
  return slots.length;
}
