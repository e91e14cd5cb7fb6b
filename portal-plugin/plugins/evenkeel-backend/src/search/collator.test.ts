/** @jest-environment node */
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type { Schemas } from '@evenkeel/client';

import { ownClient } from '../api/client';
import { StandIn } from '../__testUtils__/standin';
import { EvenkeelCollatorFactory } from './collator';

const made = '2026-11-28T06:00:00Z';

const service = (slug: string, team: string): Schemas['Service'] => ({
  managed: [],
  id: `id-of-${slug}`,
  slug,
  name: slug === 'checkout' ? 'Checkout' : slug,
  description: 'Turns a basket into a paid order.',
  team: { id: `id-of-${team}`, slug: team },
  system: { id: 'id-of-flow', slug: 'flow' },
  kind: 'http',
  tier: 1,
  lifecycle: 'production',
  repository: '',
  runbook: '',
  dashboard: '',
  docs: '',
  onCall: '',
  contact: '',
  labels: {},
  annotations: {},
  retiredAt: null,
  createdAt: made,
  updatedAt: made,
  version: 1,
});

// Of an SLO and a postmortem, what the search reads; each field is checked by its type.
const slo: Pick<
  Schemas['SLO'],
  'slug' | 'name' | 'description' | 'rationale' | 'service'
> = {
  slug: 'availability',
  name: 'Availability',
  description: 'Orders are taken.',
  rationale: 'What merchants were promised.',
  service: { id: 'id-of-checkout', slug: 'checkout' },
};

const incident = (
  id: string,
  restricted = false,
): Schemas['PostmortemIncident'] => ({
  id,
  title: `What happened in ${id}`,
  restricted,
  impactStart: made,
  resolvedAt: made,
  severity: 'sev2',
  status: 'closed',
  team: { id: 'id-of-payments', slug: 'payments' },
});

const lists: Record<string, unknown[]> = {
  '/v1/services': [
    service('checkout', 'payments'),
    service('a/b ä', 'payments'),
    service('search-api', 'search'),
  ],
  '/v1/slos': [slo],
  '/v1/postmortems': ['I1', 'SECRET', 'LATER', 'GONE'].map(id => ({
    status: 'published',
    incident: incident(id, id === 'SECRET'),
  })),
};

const postmortems: Record<string, object> = {
  I1: { status: 'published', incident: incident('I1'), text: '## Timeline' },
  SECRET: { status: 'published', incident: incident('SECRET'), text: 'secret' },
  // Restricted between the list and the text.
  LATER: {
    status: 'published',
    incident: incident('LATER', true),
    text: 'secret',
  },
};

let api: StandIn;

beforeAll(async () => {
  api = await StandIn.start();
  api.answer = (req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '', api.url);
    res.setHeader('Content-Type', 'application/json');
    const list = lists[pathname];
    const found = postmortems[pathname.split('/')[3]];
    if (list) {
      const from = Number(searchParams.get('after') ?? 0);
      const next = from + 1 < list.length ? String(from + 1) : undefined;
      res.end(JSON.stringify({ items: list.slice(from, from + 1), next }));
    } else if (found) {
      res.end(JSON.stringify(found));
    } else {
      res.setHeader('Content-Type', 'application/problem+json');
      res.writeHead(404).end('{"status":404,"code":"not_found"}');
    }
  };
});

afterAll(() => api.stop());

async function collated() {
  const settings = {
    baseUrl: api.url,
    audience: 'evenkeel-api',
    timeoutMs: 10_000,
  };
  const factory = new EvenkeelCollatorFactory(
    ownClient(settings, mockServices.auth({ pluginId: 'search' })),
  );
  return (await factory.getCollator()).toArray();
}

it('finds services, SLOs and published postmortems, all pages of them, and nothing restricted', async () => {
  expect(await collated()).toEqual([
    {
      kind: 'service',
      title: 'Checkout',
      text: 'Turns a basket into a paid order.\ncheckout\npayments\nflow',
      location: '/evenkeel/services/checkout',
      team: 'payments',
    },
    expect.objectContaining({ location: '/evenkeel/services/a%2Fb%20%C3%A4' }),
    expect.objectContaining({ kind: 'service', team: 'search' }),
    {
      kind: 'slo',
      title: 'Availability of checkout',
      text: 'Orders are taken.\nWhat merchants were promised.\ncheckout/availability',
      location: '/evenkeel/slos/checkout/availability',
      team: 'payments',
    },
    {
      kind: 'postmortem',
      title: 'Postmortem: What happened in I1',
      text: '## Timeline',
      location: '/evenkeel/incidents/I1/postmortem',
      team: 'payments',
    },
  ]);
});

it('reads as the plugin itself, for no person', async () => {
  await collated();
  for (const { headers } of api.came) {
    expect(headers.authorization).toBe(
      mockCredentials.service.header({
        onBehalfOf: mockCredentials.service('plugin:search'),
        targetPluginId: 'evenkeel-api',
      }),
    );
  }
});

it('does not leave half of it for all, where the API fails', async () => {
  const answer = api.answer;
  api.answer = (req, res) => {
    if (req.url?.startsWith('/v1/slos')) {
      res.writeHead(500).end();
    } else {
      answer(req, res);
    }
  };
  await expect(collated()).rejects.toMatchObject({ status: 500 });
  api.answer = answer;
});
