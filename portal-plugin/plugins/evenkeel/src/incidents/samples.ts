// Bodies of the API that tests show; nothing of it is part of the plugin.
import type { Schemas } from '@evenkeel/client';

export const incident: Schemas['Incident'] = {
  id: 'incident-1',
  title: 'Nobody could pay',
  severity: 'sev1',
  status: 'resolved',
  team: { id: 'team-payments', slug: 'payments' },
  services: [
    { service: { id: 'service-checkout', slug: 'checkout' }, role: 'cause' },
  ],
  roles: { commander: 'person-ada' },
  tags: ['pool'],
  impactStart: '2026-11-22T13:00:30Z',
  impactEnd: '2026-11-22T14:58:00Z',
  createdAt: '2026-11-22T13:06:00Z',
  createdBy: 'Ada',
  updatedAt: '2026-11-22T15:30:00Z',
  updatedBy: 'Ada',
  version: 7,
};

export const action: Schemas['ActionItem'] = {
  id: 'action-1',
  key: '',
  incident: 'incident-1',
  title: 'Size pools by a load test',
  type: 'prevent',
  priority: 'p1',
  state: 'open',
  overdue: true,
  owner: 'person-ada',
  service: { id: 'service-checkout', slug: 'checkout' },
  dueOn: '2026-11-20',
  firstDueOn: '2026-11-20',
  postponed: 0,
  link: '',
  verification: '',
  told: { at: null, overdue: 0 },
  warnings: [],
  createdAt: '2026-11-22T16:00:00Z',
  createdBy: 'Ada',
  updatedAt: '2026-11-22T16:00:00Z',
  updatedBy: 'Ada',
  version: 2,
};

const unknown: Schemas['DurationDistribution'] = {
  bins: [],
  n: 1,
  unknown: 0,
};

export const postmortem: Schemas['Postmortem'] = {
  id: 'postmortem-1',
  incident: {
    id: 'incident-1',
    title: 'Nobody could pay',
    severity: 'sev1',
    status: 'resolved',
    restricted: false,
    team: { id: 'team-payments', slug: 'payments' },
    impactStart: '2026-11-22T13:00:30Z',
    resolvedAt: '2026-11-22T15:30:00Z',
  },
  status: 'draft',
  text: 'A pool ran dry.',
  html: '',
  textVersion: 1,
  actions: [],
  missing: [{ section: 'Trigger', why: 'empty' }],
  reasons: ['severity'],
  requests: [],
  review: { approvals: [], reviewers: [] },
  template: { slug: 'standard', revision: 1, required: ['Trigger'] },
  dueAt: '2026-12-01T00:00:00Z',
  overdue: false,
  createdAt: '2026-11-22T16:00:00Z',
  createdBy: 'Ada',
  updatedAt: '2026-11-22T16:00:00Z',
  updatedBy: 'Ada',
  version: 1,
};

export const figures: Pick<
  Schemas['IncidentStatistics'],
  'detect' | 'mitigate' | 'resolve'
> = {
  detect: {
    bins: [],
    n: 5,
    unknown: 0,
    quantiles: {
      min: 60,
      p25: 300,
      median: 1020,
      p75: 1800,
      p90: 3600,
      max: 3600,
    },
  },
  mitigate: unknown,
  resolve: unknown,
};
