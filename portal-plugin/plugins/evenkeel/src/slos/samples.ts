// Literal bodies of the API that tests begin with.
import type { Schemas } from '@evenkeel/client';

const ref = (slug: string): Schemas['Ref'] => ({ id: `id-${slug}`, slug });

/** An SLO of 99.9 % over 28 days. */
export const slo: Schemas['SLO'] = {
  id: 'id-availability',
  slug: 'availability',
  service: ref('checkout'),
  name: 'Orders can be paid',
  description: '',
  revision: 1,
  objective: '99.9%',
  windowDays: 28,
  furtherObjectives: [],
  budgeting: { method: 'occurrences' },
  minEvents: 1,
  alerts: { off: [], minBadEvents: 3 },
  enforcement: 'policy',
  indicator: {
    category: 'availability',
    counting: 'good_total',
    resolutionSeconds: 300,
    description: 'a request that was answered',
  },
  rationale: 'Support is called below it.',
  reviewer: '',
  reviewBy: null,
  retiredAt: null,
  createdAt: '2026-11-01T00:00:00Z',
  updatedAt: '2026-11-01T00:00:00Z',
  stale: false,
  state: 'exhausted',
  version: 3,
};

// 1,000,000 events of which 1,500 were bad: the budget is 1,000, and 500 too many are −50 %.
const window: Schemas['Budget'] = {
  basis: 'whole',
  days: 28,
  enough: true,
  good: 998_500,
  total: 1_000_000,
  sli: 0.9985,
  allowedEvents: 1000,
  burnedEvents: 1500,
  burned: 1.5,
  burnedSoFar: 1.5,
  remaining: -0.5,
  remainingEvents: -500,
};

/** Its status: overspent by half of its budget. */
export const status: Schemas['SLOStatus'] = {
  name: 'Orders can be paid',
  retiredAt: null,
  leastRemaining: -0.5,
  slo: ref('availability'),
  service: ref('checkout'),
  objective: '99.9%',
  revision: 1,
  state: 'exhausted',
  since: '2026-11-20T00:00:00Z',
  stale: false,
  judged: true,
  minEvents: 1,
  outlook: 'exhausted',
  projectedExhaustionAt: null,
  evaluatedAt: '2026-11-28T06:00:00Z',
  latest: '2026-11-28T06:00:00Z',
  windowEnd: '2026-11-28T06:00:00Z',
  window,
  policy: window,
  furtherObjectives: [],
  burn: [{ lookback: '1h', rate: 0.2, good: 9998, total: 10_000 }],
  alerts: [
    {
      long: '1h',
      short: '5m',
      factor: 13.44,
      firing: false,
      longRate: 0.2,
      shortRate: 0.1,
      reachable: true,
      severity: 'page',
    },
  ],
};

/** An SLO that nothing was measured of. */
export const unmeasured: Schemas['SLOStatus'] = {
  ...status,
  state: 'no_data',
  latest: null,
  leastRemaining: null,
  outlook: 'unknown',
  window: {
    ...window,
    enough: false,
    good: 0,
    total: 0,
    sli: null,
    allowedEvents: null,
    burnedEvents: null,
    burned: null,
    burnedSoFar: null,
    remaining: null,
    remainingEvents: null,
  },
};

/** The last three days of its budget, that fell below zero. */
export const history: Schemas['History'] = {
  from: '2026-11-26T00:00:00Z',
  to: '2026-11-28T00:00:00Z',
  stepSeconds: 86_400,
  revision: 1,
  windowDays: 28,
  thinned: [],
  points: [0.4, null, -0.5].map((remaining, day) => ({
    at: `2026-11-2${6 + day}T00:00:00Z`,
    blurred: false,
    good: remaining === null ? null : 999,
    total: remaining === null ? null : 1000,
    sli: remaining === null ? null : 0.999,
    remaining,
  })),
};

/** How its figures come about. */
export const explanation: Schemas['Explanation'] = {
  state: 'exhausted',
  because: '1,500 bad events of the 1,000 that the budget allows',
  formulas: '1',
  figures: [
    {
      figure: 'window.remaining',
      formula: '1 − bad ÷ allowed',
      worked: '1 − 1500 ÷ 1000 = -50 %',
      value: '-0.5',
      source: 'Google, SRE Workbook, chapter 5',
    },
  ],
  measured: { text: 'Reporters push slots.', queries: [] },
  warnings: [],
};

/** A kind of SLO. */
export const kind: Schemas['SLOKind'] = {
  category: 'availability',
  measures: 'whether requests are answered',
  goodEvent: 'a request that was answered',
  objective: '99.9%',
};

/** A service of the team payments. */
export const service: Schemas['Service'] = {
  managed: [],
  id: 'id-checkout',
  slug: 'checkout',
  name: 'Checkout',
  description: '',
  team: ref('payments'),
  tier: 1,
  kind: 'http',
  lifecycle: 'production',
  repository: '',
  docs: '',
  dashboard: '',
  runbook: 'https://runbooks.example.org/checkout',
  onCall: '',
  contact: '',
  labels: {},
  annotations: {},
  createdAt: '2026-11-01T00:00:00Z',
  updatedAt: '2026-11-01T00:00:00Z',
  retiredAt: null,
  version: 1,
};
