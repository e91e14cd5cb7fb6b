import { ifMatch, items, versioned } from '@evenkeel/client';

import { dayOf } from './moment';
import { sideBySide } from './pace';
import type { Trial } from './trial';

const promises = [
  {
    service: 'checkout',
    slug: 'marketplace',
    name: 'Marketplace',
    customer: 'Northwind Traders',
    slo: 'availability',
    target: '99.5%',
    credits: [
      { below: '99.5%', credit: '10%' },
      { below: '99%', credit: '25%' },
    ],
  },
  {
    service: 'search-api',
    slug: 'partners',
    name: 'Partners',
    customer: 'Contoso Retail',
    slo: 'availability',
    target: '99.8%',
    credits: [{ below: '99.8%', credit: '5%' }],
  },
];

/** Declares what is promised to customers; gives how much of it was new. */
export async function declarePromises({ api, now }: Trial): Promise<number> {
  const made = await sideBySide(
    promises,
    2,
    async ({ service, ...promise }) => {
      const path = { service };
      for await (const known of items(api, '/v1/services/{service}/slas', {
        path,
        query: { includeEnded: true },
      })) {
        if (known.slug === promise.slug) {
          return 0;
        }
      }
      await api.POST('/v1/services/{service}/slas', {
        params: { path },
        body: {
          ...promise,
          termsUrl: `https://docs.shop.example/terms/${promise.slug}`,
          contact: 'contracts@shop.example',
          validFrom: dayOf(-60, now),
        },
      });
      return 1;
    },
  );
  return made.filter(Boolean).length;
}

/** Publishes the report of a team on the three weeks that are over, and what was decided on it. */
export async function publishReport({ api, now }: Trial): Promise<number> {
  for await (const report of items(api, '/v1/reports', {
    query: { scope: 'team', name: 'payments' },
  })) {
    if (report.occasion === '') {
      return 0;
    }
  }
  const { data } = await api.POST('/v1/reports', {
    body: {
      scope: 'team',
      name: 'payments',
      from: `${dayOf(-21, now)}T00:00:00Z`,
      to: `${dayOf(0, now)}T00:00:00Z`,
    },
  });
  if (data !== undefined) {
    await api.POST('/v1/reports/{report}/decisions', {
      params: { path: { report: data.id } },
      body: {
        text: 'Two weeks of work on reliability before the next launch.',
        decidedBy: ['Ada Okafor', 'Nora Haddad'],
        dueOn: dayOf(14, now),
      },
    });
  }
  return 1;
}

// An SLO of requests tells how many come, and how many fail, without a data source.
const signals = [
  ...['checkout', 'payment-gateway', 'ledger', 'identity'],
  ...['search-api', 'orders', 'stock'],
];

/** Has traffic and errors read from what SLOs count anyway. */
export async function mapSignals({ api }: Trial): Promise<number> {
  const mapped = await sideBySide(signals, 4, async service => {
    const path = { service };
    const found = await versioned(
      api.GET('/v1/services/{service}/golden-signals', { params: { path } }),
    );
    if (found.value.traffic || found.value.errors) {
      return 0;
    }
    await api.PUT('/v1/services/{service}/golden-signals', {
      params: { path, header: ifMatch(found.etag) },
      body: {
        traffic: { slo: 'availability' },
        errors: { slo: 'availability' },
      },
    });
    return 1;
  });
  return mapped.filter(Boolean).length;
}
