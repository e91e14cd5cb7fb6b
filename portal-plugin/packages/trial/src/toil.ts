import {
  ifMatch,
  items,
  value,
  versioned,
  type Schemas,
} from '@evenkeel/client';

import { dayOf } from './moment';
import { sideBySide } from './pace';
import type { Trial } from './trial';
import { people } from './world';

const DAY_MS = 86_400_000;

type Work = {
  team: string;
  service: string;
  category: Schemas['ToilEntryInput']['category'];
  minutes: number;
  note: string;
  /** What it is called that would do away with it, and the hours to build it. */
  candidate: string;
  buildHours: number;
  /** How much of a week people say was toil, from one to the next, in percent. */
  shares: number[];
};

const work: Work[] = [
  {
    team: 'payments',
    service: 'checkout',
    category: 'release_shepherding',
    minutes: 210,
    note: 'Watched a release by hand',
    candidate: 'Roll checkout out in steps that watch themselves',
    buildHours: 60,
    shares: [25, 50, 50, 25, 75],
  },
  {
    team: 'fulfilment',
    service: 'shipping-labels',
    category: 'production_interrupts',
    minutes: 140,
    note: 'Printed labels again',
    candidate: 'Print again by itself when a printer is back',
    buildHours: 24,
    shares: [25, 25, 0, 50, 25],
  },
  {
    team: 'search',
    service: 'search-indexer',
    category: 'production_interrupts',
    minutes: 90,
    note: 'Started the indexer again',
    candidate: 'Restart the indexer when it stands still',
    buildHours: 16,
    shares: [25, 0, 25, 25],
  },
  {
    team: 'platform',
    service: 'identity',
    category: 'business_processes',
    minutes: 60,
    note: 'Gave somebody an account',
    candidate: 'Let teams give accounts themselves',
    buildHours: 40,
    shares: [0, 25, 25],
  },
];

// So many weeks back is written down what was done.
const WEEKS = 9;
// Whoever asks what this week's question is like has not answered it.
const unanswered = ['ada', 'grace'];

/**
 * Has each person answer the weekly question of the two weeks that can be answered, and log what
 * they did. Nobody else sees what a person said: that a team said it is known by its settings,
 * which are decided last.
 */
export async function tellToil(trial: Trial): Promise<number> {
  const told = await sideBySide(work, work.length, of => tellTeam(trial, of));
  return told.reduce((sum, count) => sum + count, 0);
}

async function tellTeam(trial: Trial, of: Work): Promise<number> {
  const { api, now } = trial;
  const path = { team: of.team };
  const settings = await versioned(
    api.GET('/v1/teams/{team}/toil/settings', { params: { path } }),
  );
  if (settings.value.updatedAt) {
    return 0;
  }
  const service = await value(
    api.GET('/v1/services/{service}', {
      params: { path: { service: of.service } },
    }),
  );
  const at = `/teams/${of.team}/toil`;
  const members = people.filter(person => person.team === of.team);
  const told = await sideBySide(members, 2, async ({ name }) => {
    const person = await trial.as(name);
    const index = members.findIndex(member => member.name === name);
    let said = 0;
    for (const weeksAgo of [1, 2]) {
      if (weeksAgo === 1 && unanswered.includes(name)) {
        continue;
      }
      await person.send(`${at}/answer`, {
        week: weekOf(now - weeksAgo * 7 * DAY_MS),
        share: String(of.shares[(index + weeksAgo) % of.shares.length]),
        category: of.category,
        note: '',
        away: '0',
      });
      said++;
    }
    for (let entry = 0; entry < 3 * WEEKS; entry++) {
      // On the same days for all, so that a week has what all of them did.
      const daysAgo = 7 * (1 + Math.floor(entry / 3)) + (entry % 3);
      await person.send(`${at}/log`, {
        day: dayOf(-daysAgo, now),
        minutes: String(of.minutes + ((index * 7 + entry * 5) % 4) * 20),
        category: of.category,
        service: service.id,
        link: '',
        note: of.note,
        traits: ['manual', 'repetitive', 'automatable', 'tactical'],
      });
      said++;
    }
    return said;
  });
  const first = await trial.as(members[0].name);
  await first.send(`${at}/estimate`, {
    service: service.id,
    category: of.category,
    title: of.candidate,
    hours: String(of.buildHours),
  });
  await api.PUT('/v1/teams/{team}/toil/settings', {
    params: { path, header: ifMatch(settings.etag) },
    body: {
      hoursPerWeek: 38,
      daysPerWeek: 5,
      overheadPercent: 20,
      capPercent: 45,
      asks: true,
    },
  });
  return told.reduce((sum, count) => sum + count, 1);
}

/** The week of ISO 8601 that a time lies in, such as "2026-W48". */
export function weekOf(at: number): string {
  // Its year and number are those of its Thursday.
  const date = new Date(at);
  const thursday = new Date(
    Date.UTC(
      date.getUTCFullYear(),
      date.getUTCMonth(),
      date.getUTCDate() + 4 - (date.getUTCDay() || 7),
    ),
  );
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - first) / (7 * DAY_MS)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

const automation = 'restart-label-printer';

/** Tells of an automation what it did by itself. */
export async function creditAutomation({ api, now }: Trial): Promise<number> {
  const path = { team: 'fulfilment' };
  for await (const known of items(api, '/v1/teams/{team}/toil/automations', {
    path,
  })) {
    if (known.name === automation) {
      return 0;
    }
  }
  await sideBySide([1, 2, 3, 6, 9], 4, days =>
    api.POST('/v1/teams/{team}/toil/automations', {
      params: { path },
      body: {
        name: automation,
        category: 'production_interrupts',
        service: 'shipping-labels',
        day: dayOf(-days, now),
        count: 2 + (days % 3),
        minutesEach: 9,
      },
    }),
  );
  return 5;
}
