// What tests of the pages of scorecards show; the numbers are made up, and small enough to count.
import type { Schemas } from '@evenkeel/client';

/** A reference to something by its slug. */
export function ref(slug: string): Schemas['Ref'] {
  return { id: `id-${slug}`, slug };
}

/** A scorecard with three checks in two categories, kept by the platform team. */
export const card: Schemas['Scorecard'] = {
  id: 'id-readiness',
  slug: 'readiness',
  name: 'Readiness',
  description: 'What a service is to have.',
  appliesTo: '',
  revision: 1,
  revisedBy: 'sam',
  owner: ref('platform'),
  levels: [{ name: 'Bronze' }, { name: 'Silver' }],
  checks: [
    {
      id: 'owner-team',
      title: 'A team owns it',
      category: 'Ownership',
      level: 'Bronze',
      passes: 'members >= 1',
    },
    {
      id: 'runbook',
      title: 'It has a runbook',
      category: 'Alerting',
      level: 'Silver',
      passes: 'hasRunbook',
    },
    {
      id: 'load-tested',
      title: 'It was load-tested',
      category: 'Alerting',
      level: 'Silver',
      passes: 'loadTested <= 90',
    },
  ],
  issues: {},
  warnings: [],
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  retiredAt: null,
  version: 1,
};

/** Where a service stands by it: the runbook fails, and of the load test nothing is known. */
export function position(slug: string): Schemas['ScorecardPosition'] {
  return {
    service: ref(slug),
    name: `The ${slug}`,
    team: ref('payments'),
    tier: 1,
    kind: 'http',
    level: 'Bronze',
    score: 33,
    missing: 2,
    passed: 1,
    counted: 3,
    next: ['runbook', 'load-tested'],
    categories: {
      Ownership: { passed: 1, counted: 1 },
      Alerting: { passed: 0, counted: 2 },
    },
    checks: { 'owner-team': 'pass', runbook: 'fail', 'load-tested': 'unknown' },
  };
}

/** A report of two services: one on bronze, one of which nothing is known. */
export const report: Schemas['ScorecardReport'] = {
  scorecard: ref('readiness'),
  name: 'Readiness',
  levels: card.levels,
  now: { services: 1, unscored: 1, levels: { Bronze: 1 }, score: 33 },
  change: null,
  categories: [
    { category: 'Ownership', checks: 1, outcomes: { pass: 1 } },
    { category: 'Alerting', checks: 2, outcomes: { fail: 1, unknown: 1 } },
  ],
  checks: [
    {
      id: 'runbook',
      title: 'It has a runbook',
      category: 'Alerting',
      level: 'Silver',
      notPassing: 1,
      counting: 1,
      outcomes: { fail: 1 },
    },
  ],
  teams: [
    {
      team: ref('commerce'),
      name: 'Commerce',
      now: { services: 1, unscored: 1, levels: { Bronze: 1 }, score: 33 },
      change: -2.5,
      teams: [
        {
          team: ref('payments'),
          name: 'Payments',
          now: { services: 1, unscored: 1, levels: { Bronze: 1 }, score: 33 },
          change: null,
          teams: [],
        },
      ],
    },
  ],
  trend: [
    {
      day: '2026-11-27',
      services: 1,
      unscored: 1,
      levels: { none: 1 },
      score: 0,
      checks: {},
    },
    {
      day: '2026-11-28',
      services: 1,
      unscored: 1,
      levels: { Bronze: 1 },
      score: 33,
      checks: {},
    },
  ],
};

/** The service that the results are of. */
export const service: Schemas['Service'] = {
  managed: [],
  id: 'id-checkout',
  slug: 'checkout',
  name: 'The checkout',
  description: '',
  team: ref('payments'),
  kind: 'http',
  tier: 1,
  lifecycle: 'production',
  contact: '',
  dashboard: '',
  docs: '',
  onCall: '',
  repository: '',
  runbook: '',
  labels: {},
  annotations: {},
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  retiredAt: null,
  version: 1,
};

/** What the scorecard came to for it. */
export const result: Schemas['ServiceScorecard'] = {
  scorecard: ref('readiness'),
  name: 'Readiness',
  service: ref('checkout'),
  revision: 1,
  applies: 'holds',
  level: 'Bronze',
  nextLevel: 'Silver',
  missing: 2,
  score: 33,
  passed: 1,
  counted: 2,
  levels: card.levels,
  ladder: [
    { level: 'Bronze', passed: 1, counted: 1, reached: true },
    { level: 'Silver', passed: 0, counted: 1, reached: false },
  ],
  next: ['runbook'],
  evaluatedAt: '2026-11-28T06:00:00Z',
  checks: [
    {
      id: 'owner-team',
      title: 'A team owns it',
      category: 'Ownership',
      level: 'Bronze',
      outcome: 'pass',
      counts: true,
      weight: 1,
      since: '2026-11-01T00:00:00Z',
      condition: 'members >= 1',
      why: '',
      fix: '',
      links: [],
      evidence: [],
    },
    {
      id: 'runbook',
      title: 'It has a runbook',
      category: 'Alerting',
      level: 'Silver',
      outcome: 'fail',
      counts: true,
      weight: 1,
      since: '2026-11-01T00:00:00Z',
      condition: 'hasRunbook',
      why: 'Whoever is paged finds what to do.',
      fix: 'Write a **runbook**; 0 pages have one.',
      links: [],
      evidence: [
        {
          name: 'hasRunbook',
          truth: false,
          type: 'truth',
          by: 'pushed',
          source: 'the wiki',
          at: '2026-11-28T05:00:00Z',
        },
      ],
    },
  ],
};

/** An exemption that Ada asks for, and nobody decided. */
export const waiting: Schemas['Exemption'] = {
  acts: [
    { act: 'approve', allowed: true },
    { act: 'reject', allowed: true },
    { act: 'end', allowed: true },
  ],
  id: 'exemption-1',
  service: ref('checkout'),
  scorecard: ref('readiness'),
  check: 'runbook',
  checkTitle: 'It has a runbook',
  reason: 'The wiki moves.',
  link: '',
  until: '2027-01-31T00:00:00Z',
  state: 'waiting',
  askedAt: '2026-11-27T00:00:00Z',
  askedBy: 'Ada',
  personId: 'person-ada',
  version: 7,
};
