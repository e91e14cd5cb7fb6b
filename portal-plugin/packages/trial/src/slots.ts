import type { Schemas } from '@evenkeel/client';

import { timeOf } from './moment';
import type { WorldObjective } from './objectives';

/** Length of a slot in milliseconds: five minutes. */
export const SLOT_MS = 300_000;
const HOUR_MS = 3_600_000;

/** How far back is measured, in days: the window of the SLOs. */
export const DAYS = 28;

/**
 * What was measured of an SLO from one time to another, both in milliseconds, as slots that are
 * over. The same slot always has the same events, but for troubles, which lie so many hours before
 * `now`; so that what is made later goes on where it ended.
 */
export function slotsOf(
  objective: WorldObjective,
  from: number,
  now: number,
): Schemas['SlotInput'][] {
  const end = Math.min(
    Math.floor(now / SLOT_MS) * SLOT_MS,
    now - (objective.silentHours ?? 0) * HOUR_MS,
  );
  const slots: Schemas['SlotInput'][] = [];
  if (objective.peak === 0) {
    return slots;
  }
  const chance = chanceOf(`${objective.service}/${objective.slug}`);
  for (
    let start = Math.ceil(from / SLOT_MS) * SLOT_MS;
    start + SLOT_MS <= end;
    start += SLOT_MS
  ) {
    const spread = objective.steady ? 1 : busyness(start);
    const jitter = objective.peak === 1 ? 1 : 0.92 + 0.08 * chance(start, 0);
    const total = Math.round(objective.peak * spread * jitter);
    // Rounded by chance, so that small shares of few events are not rounded away.
    const bad = Math.min(
      total,
      Math.floor(total * badShare(objective, start, now) + chance(start, 1)),
    );
    slots.push({
      start: new Date(start).toISOString(),
      good: total - bad,
      total,
    });
  }
  return slots;
}

/** The share of events that are bad in a slot. */
function badShare(objective: WorldObjective, start: number, now: number) {
  const trouble = (objective.troubles ?? []).find(t => {
    const begin = timeOf(t.begin, now);
    return start >= begin && start < begin + t.hours * HOUR_MS;
  });
  return trouble ? trouble.bad : objective.bad;
}

/** How much comes at a time of the week, of the most: least at three at night, less at weekends. */
function busyness(at: number) {
  const date = new Date(at);
  const hour = date.getUTCHours() + date.getUTCMinutes() / 60;
  const day = 0.25 + 0.375 * (1 + Math.cos((2 * Math.PI * (hour - 15)) / 24));
  return [0, 6].includes(date.getUTCDay()) ? day * 0.8 : day;
}

/** Numbers from 0 to 1 that look like chance and are always the same: by slot, several for each. */
function chanceOf(name: string): (start: number, which: number) => number {
  let seed = 2_166_136_261; // FNV-1a
  for (const char of name) {
    seed = Math.imul(seed ^ char.charCodeAt(0), 16_777_619);
  }
  return (start, which) => {
    // The mixing of MurmurHash3.
    let h = seed ^ Math.imul(start / SLOT_MS, 2 * which + 1);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  };
}
