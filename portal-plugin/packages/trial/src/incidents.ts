import { items, value, versioned, type Schemas } from '@evenkeel/client';

import { dayOf, textOf, type Moment } from './moment';
import { BAD_RELEASE, BURNING, OUTAGE } from './objectives';
import { outagePostmortem } from './postmortem';
import type { Trial } from './trial';

type Entry = { minutes: number; text: string };

type WorldIncident = {
  title: string;
  severity: Schemas['Incident']['severity'];
  begin: Moment;
  /** Minutes after the begin; those of which nothing is said have not come yet. */
  detected: number;
  mitigated?: number;
  resolved?: number;
  team: string;
  services: { service: string; role: 'affected' | 'cause' | 'contributing' }[];
  commander: string;
  scribe?: string;
  customerImpact: string;
  causes?: Schemas['IncidentCreate']['causes'];
  onCallIntervened: boolean;
  /** Names of those who alone see it, beside people in roles and administrators. */
  readers?: string[];
  tags: string[];
  timeline: Entry[];
};

const outageTitle = 'Nobody could pay for two hours';

/** The incidents: one that goes on, one learned from, one of which a postmortem is owed, and more. */
const incidents: WorldIncident[] = [
  {
    title: 'A bank refuses one call in sixty',
    severity: 'sev2',
    begin: BURNING,
    detected: 14,
    team: 'payments',
    services: [
      { service: 'payment-gateway', role: 'affected' },
      { service: 'checkout', role: 'affected' },
    ],
    commander: 'ada',
    scribe: 'chloe',
    customerImpact: 'One card in sixty is refused at the first try.',
    onCallIntervened: true,
    tags: ['bank'],
    timeline: [
      { minutes: 14, text: 'Page: the budget of payment-gateway burns fast.' },
      { minutes: 22, text: 'Only calls to one bank fail, with a time-out.' },
      { minutes: 41, text: 'The bank knows, and looks into it.' },
    ],
  },
  {
    title: outageTitle,
    severity: 'sev1',
    begin: OUTAGE,
    detected: 6,
    mitigated: 118,
    resolved: 150,
    team: 'payments',
    services: [
      { service: 'checkout', role: 'cause' },
      { service: 'orders', role: 'affected' },
    ],
    commander: 'ada',
    scribe: 'esra',
    customerImpact: 'Three in ten payments failed, in the busiest hours.',
    causes: ['own-code-or-procedure'],
    onCallIntervened: true,
    tags: ['pool', 'config'],
    timeline: [
      { minutes: -10, text: 'The pool of connections is set to 8.' },
      { minutes: 6, text: 'Page: the budget of checkout burns fast.' },
      { minutes: 35, text: 'The ledger is well; checkout waits for itself.' },
      { minutes: 90, text: 'Threads wait for connections of the pool.' },
      { minutes: 110, text: 'The pool is set to 64 again.' },
      { minutes: 150, text: 'All waiting orders are paid.' },
    ],
  },
  {
    title: 'Searches failed after a release',
    severity: 'sev2',
    begin: BAD_RELEASE,
    detected: 9,
    mitigated: 44,
    resolved: 60,
    team: 'search',
    services: [{ service: 'search-api', role: 'cause' }],
    commander: 'grace',
    customerImpact: 'One search in eight showed an error.',
    causes: ['own-code-or-procedure'],
    onCallIntervened: true,
    tags: ['release'],
    timeline: [
      { minutes: 9, text: 'Page: the budget of search-api burns fast.' },
      { minutes: 20, text: 'It began with release 2026.47.3.' },
      { minutes: 40, text: 'The release is taken back.' },
    ],
  },
  {
    title: 'Payouts were an hour late',
    severity: 'sev3',
    begin: { daysAgo: 9, hour: 6 },
    detected: 20,
    mitigated: 80,
    resolved: 90,
    team: 'payments',
    services: [{ service: 'settlement', role: 'cause' }],
    commander: 'bruno',
    customerImpact: 'Merchants saw their money at half past seven.',
    causes: ['own-code-or-procedure'],
    onCallIntervened: false,
    tags: ['batch'],
    timeline: [{ minutes: 20, text: 'A merchant asks where the money is.' }],
  },
  {
    title: 'A key of a test account was in a public log',
    severity: 'sev3',
    begin: { daysAgo: 3, hour: 11 },
    detected: 60,
    mitigated: 95,
    team: 'platform',
    services: [{ service: 'identity', role: 'affected' }],
    commander: 'sam',
    customerImpact: '',
    onCallIntervened: true,
    readers: ['lena', 'kim'],
    tags: ['security'],
    timeline: [{ minutes: 95, text: 'The key is revoked.' }],
  },
  {
    title: 'Labels were printed twice',
    severity: 'sev4',
    begin: { daysAgo: 20, hour: 13 },
    detected: 120,
    mitigated: 150,
    resolved: 200,
    team: 'fulfilment',
    services: [{ service: 'shipping-labels', role: 'cause' }],
    commander: 'nora',
    customerImpact: '',
    onCallIntervened: false,
    tags: [],
    timeline: [],
  },
];

/** Declares the incidents with what was written down of them; gives how many. */
export async function declareIncidents(trial: Trial): Promise<number> {
  const { api } = trial;
  const known = new Map<string, string>();
  for await (const incident of items(api, '/v1/incidents', {
    query: { limit: 100 },
  })) {
    known.set(incident.title, incident.id);
  }
  let made = 0;
  for (const world of incidents) {
    if (!known.has(world.title)) {
      known.set(world.title, await declare(trial, world));
      made++;
    }
  }
  const outage = known.get(outageTitle);
  if (outage !== undefined) {
    await planActions(trial, outage);
    await publishPostmortem(trial, outage);
  }
  return made;
}

async function declare(trial: Trial, world: WorldIncident): Promise<string> {
  const { api, now } = trial;
  const after = (minutes: number | undefined) =>
    minutes === undefined ? undefined : textOf(world.begin, now, minutes);
  const status =
    (world.resolved !== undefined && 'resolved') ||
    (world.mitigated !== undefined && 'mitigated') ||
    'investigating';
  const made = await value(
    api.POST('/v1/incidents', {
      body: {
        ...{ title: world.title, severity: world.severity, status },
        ...{ team: world.team, services: world.services, tags: world.tags },
        customerImpact: world.customerImpact,
        causes: world.causes ?? [],
        onCallIntervened: world.onCallIntervened,
        impactStart: textOf(world.begin, now),
        detectedAt: after(world.detected),
        mitigatedAt: after(world.mitigated),
        impactEnd: after(world.mitigated),
        resolvedAt: after(world.resolved),
        roles: {
          commander: trial.id(world.commander),
          ...(world.scribe ? { scribe: trial.id(world.scribe) } : {}),
        },
        ...(world.readers
          ? {
              restricted: true,
              readers: [
                ...world.readers.map(name => trial.id(name)),
                await own(trial),
              ],
            }
          : {}),
      },
    }),
  );
  for (const { minutes, text } of world.timeline) {
    await api.POST('/v1/incidents/{incident}/timeline', {
      params: { path: { incident: made.id } },
      body: { at: textOf(world.begin, now, minutes), text },
    });
  }
  return made.id;
}

/** Whoever restricts an incident is one of its readers. */
async function own({ api }: Trial): Promise<string> {
  const me = await value(api.GET('/v1/me'));
  if (me.person === undefined) {
    throw new Error('the token is no person’s; an administrator’s is needed');
  }
  return me.person.id;
}

async function planActions(trial: Trial, incident: string) {
  const { api, now } = trial;
  // A day that is over cannot be said: what is due today is overdue from tomorrow on.
  const actions: Schemas['ActionItemImported'][] = [
    {
      key: 'pool-alert',
      service: 'checkout',
      title: 'Alert on a pool of connections that is used up',
      verification: 'An alert fires in the drill of the pool.',
      priority: 'p0',
      type: 'detect',
      rootCause: true,
      owner: trial.id('ada'),
      dueOn: dayOf(0, now),
    },
    {
      key: 'pool-load-test',
      service: 'checkout',
      title: 'Size pools by a load test of each release',
      verification: 'A release with a pool of 8 is stopped by the test.',
      priority: 'p1',
      type: 'prevent',
      rootCause: true,
      owner: trial.id('bruno'),
      dueOn: dayOf(12, now),
    },
    {
      key: 'config-review',
      service: 'checkout',
      title: 'Have settings reviewed as code is',
      verification: 'Settings are in the repository, behind a review.',
      priority: 'p1',
      type: 'prevent',
      owner: trial.id('chloe'),
      settled: 'done',
      note: 'Settings moved into the repository.',
      link: 'https://github.com/example-shop/checkout',
    },
  ];
  await api.POST('/v1/incidents/{incident}/action-items/import', {
    params: { path: { incident } },
    body: { items: actions },
  });
}

/** Ada writes the postmortem, Bruno reviews it, and Ada publishes it. */
async function publishPostmortem(trial: Trial, incident: string) {
  const { api } = trial;
  const path = { incident };
  const at = `/incidents/${incident}/postmortem`;
  const read = () =>
    versioned(
      api.GET('/v1/incidents/{incident}/postmortem', { params: { path } }),
    );
  const version = async () => String((await read()).value.version);
  const known = new Map<string, string>();
  for await (const head of items(api, '/v1/postmortems')) {
    known.set(head.incident.id, head.status);
  }
  if (known.get(incident) === 'published') {
    return;
  }
  const ada = await trial.as('ada');
  await ada.send(`${at}/begin`, { template: '' });
  await ada.send(`${at}/edit`, {
    version: await version(),
    do: 'save',
    text: outagePostmortem,
    note: 'What happened and what we do about it',
  });
  await ada.send(`${at}/submit`, {
    version: await version(),
    reviewer: [trial.id('bruno')],
  });
  const bruno = await trial.as('bruno');
  await bruno.send(`${at}/review`, {
    version: await version(),
    verdict: 'approve',
    text: 'Clear, and nobody is blamed.',
  });
  await ada.send(`${at}/publish`, { version: await version() });
}
