import { items, value, type Schemas } from '@evenkeel/client';

import { dayOf, textOf } from './moment';
import { sideBySide } from './pace';
import type { Fields } from './session';
import type { Trial } from './trial';
import { services } from './world';

const CARD = 'production-readiness';
const DAY_MS = 86_400_000;

/** Takes over the templates of scorecards that are not there; gives how many. */
export async function takeScorecards({ api, now }: Trial): Promise<number> {
  const known = new Set<string>();
  for await (const card of items(api, '/v1/scorecards')) {
    known.add(card.slug);
  }
  const { templates } = await value(api.GET('/v1/scorecard-templates'));
  const missing = (templates ?? []).filter(t => !known.has(t.slug));
  for (const template of missing) {
    await api.POST('/v1/scorecards', {
      body: {
        ...template,
        checks: (template.checks ?? []).map(check => fitted(check, now)),
      },
    });
  }
  return missing.length;
}

/** A check as the trial can pass it. */
function fitted(
  check: Schemas['ScorecardCheck'],
  now: number,
): Schemas['ScorecardCheck'] {
  switch (check.id) {
    case 'golden-signals':
      // Without a data source, traffic and errors are read from what SLOs count.
      return { ...check, parameters: { signals: 2 } };
    case 'burn-alerts': // nobody is there to be paged
    case 'toil-bounded': // nobody was asked before they came
      return { ...check, effectiveFrom: dayOf(60, now) };
    default:
      return check;
  }
}

/** Pushes what programs know, and has people attest what only they do. */
export async function giveFacts(trial: Trial): Promise<number> {
  const { api, now } = trial;
  const probe = await value(
    api.GET('/v1/services/{service}/facts', {
      params: { path: { service: 'checkout' } },
    }),
  );
  if ((probe.facts ?? []).some(f => f.name === 'escalationLevels' && f.known)) {
    return 0;
  }
  const source = 'sample data';
  const facts = services.flatMap(({ slug, tier }, at) => [
    { service: slug, fact: 'escalationLevels', number: at % 5 === 4 ? 1 : 2 },
    { service: slug, fact: 'stagedRollout', truth: at % 4 !== 3 },
    { service: slug, fact: 'loadShedding', truth: tier === 1 },
    {
      service: slug,
      fact: 'rollbackTested',
      time: textOf({ daysAgo: 10 + at * 11, hour: 9 }, now),
    },
    ...(tier <= 2
      ? [
          {
            service: slug,
            fact: 'loadTested',
            time: textOf({ daysAgo: 20 + at * 9, hour: 10 }, now),
          },
        ]
      : []),
  ]);
  await api.POST('/v1/fact-batches', {
    body: { facts: facts.map(fact => ({ ...fact, source })) },
  });
  const attested = [
    { service: 'checkout', fact: 'sloReviewed', daysAgo: 20 },
    { service: 'payment-gateway', fact: 'sloReviewed', daysAgo: 25 },
    { service: 'ledger', fact: 'restoreDrill', daysAgo: 31 },
    { service: 'search-api', fact: 'incidentDrill', daysAgo: 44 },
    { service: 'orders', fact: 'runbooksReviewed', daysAgo: 12 },
  ];
  await sideBySide(attested, 4, ({ service, fact, daysAgo }) =>
    api.POST('/v1/services/{service}/attestations', {
      params: { path: { service } },
      body: {
        fact,
        time: textOf({ daysAgo, hour: 14 }, now),
        evidence: `https://docs.shop.example/${service}/${fact}`,
        note: 'As written down there.',
        expiresAt: new Date(now + 60 * DAY_MS).toISOString(),
      },
    }),
  );
  return facts.length + attested.length;
}

type Excuse = {
  by: string;
  service: string;
  check: string;
  reason: string;
  days: number;
  approved: boolean;
};

const excuses: Excuse[] = [
  {
    by: 'ada',
    service: 'settlement',
    check: 'on-call',
    reason: 'The night is watched by the platform until the new rota begins.',
    days: 20,
    approved: false,
  },
  {
    by: 'nora',
    service: 'shipping-labels',
    check: 'runbooks',
    reason: 'The printers are replaced; the runbook comes with the new ones.',
    days: 6,
    approved: true,
  },
  {
    by: 'grace',
    service: 'search-indexer',
    check: 'on-call',
    reason: 'The rota of the search team takes it over in two months.',
    days: 60,
    approved: true,
  },
];

/** Has exemptions asked for by the teams, and some of them approved by Sam. */
export async function askExemptions(trial: Trial): Promise<number> {
  const { api, now } = trial;
  const known = new Map<string, { id: string; version: number }>();
  const waiting = new Set<string>();
  const look = async () => {
    for await (const e of items(api, '/v1/exemptions')) {
      known.set(`${e.service.slug} ${e.check}`, e);
      if (e.state === 'waiting') {
        waiting.add(e.id);
      }
    }
  };
  await look();
  const missing = excuses.filter(e => !known.has(`${e.service} ${e.check}`));
  for (const excuse of missing) {
    const person = await trial.as(excuse.by);
    await person.send('/exemptions', {
      service: excuse.service,
      scorecard: CARD,
      check: excuse.check,
      reason: excuse.reason,
      link: '',
      until: formTime(now + excuse.days * DAY_MS),
    });
  }
  await look();
  for (const excuse of missing.filter(e => e.approved)) {
    const found = known.get(`${excuse.service} ${excuse.check}`);
    if (found !== undefined && waiting.has(found.id)) {
      const sam = await trial.as('sam');
      await sam.send(`/exemptions/${found.id}/approve`, {
        version: String(found.version),
        reason: 'Agreed in the weekly review.',
      });
    }
  }
  return missing.length;
}

const campaignName = 'A runbook for every objective';

/** Begins a campaign, and has launches reviewed; gives how many there were none of. */
export async function beginCampaign({ api, now }: Trial): Promise<number> {
  for await (const campaign of items(api, '/v1/campaigns')) {
    if (campaign.name === campaignName) {
      return 0;
    }
  }
  await api.POST('/v1/campaigns', {
    body: {
      name: campaignName,
      scorecard: CARD,
      team: 'platform',
      why: 'In three of the last five incidents the first half hour went into finding out what to do.',
      checks: ['runbooks', 'on-call'],
      appliesTo: 'tier <= 3',
      startsOn: dayOf(0, now),
      dueOn: dayOf(33, now),
    },
  });
  return 1;
}

/** Has a launch asked for that waits, and one that Sam signed off with conditions. */
export async function reviewLaunches(trial: Trial): Promise<number> {
  const { api, now } = trial;
  const known = new Map<string, { id: string; version: number }>();
  const look = async () => {
    for await (const review of items(api, '/v1/launch-reviews')) {
      known.set(review.service.slug, review);
    }
  };
  await look();
  const ask = async (by: string, fields: Fields) => {
    const person = await trial.as(by);
    await person.send('/launch-reviews', { scorecard: CARD, ...fields });
  };
  let asked = 0;
  if (!known.has('product-answers')) {
    asked++;
    await ask('grace', {
      service: 'product-answers',
      level: 'Bronze',
      plannedOn: dayOf(17, now),
      note: 'For all customers, after a month with one in twenty.',
    });
  }
  if (!known.has('orders')) {
    asked++;
    await ask('nora', {
      service: 'orders',
      level: 'Silver',
      plannedOn: dayOf(5, now),
      note: 'Orders from abroad.',
    });
    await look();
    const review = known.get('orders');
    if (review !== undefined) {
      const sam = await trial.as('sam');
      await sam.send(`/launch-reviews/${review.id}/sign-off`, {
        version: String(review.version),
        until: formTime(now + 120 * DAY_MS),
        reason: 'What is missing is planned, and watched in the first week.',
        conditions: `${dayOf(
          14,
          now,
        )} The load test with twice the peak is done.`,
      });
    }
  }
  return asked;
}

/** A time as forms take it, in UTC. */
function formTime(at: number) {
  return new Date(at).toISOString().slice(0, 16);
}
