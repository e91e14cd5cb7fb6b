import { ifMatch, items, value, versioned } from '@evenkeel/client';

import { dayOf } from './moment';
import type { Trial } from './trial';

const policy = 'error-budget';

/**
 * Has the policy that ships approved by Sam, and enforced for checkout, whose budget is spent, so
 * that a violation is open and its changes wait.
 */
export async function enforcePolicy(trial: Trial): Promise<void> {
  const { api, now } = trial;
  const path = { policy };
  const found = await versioned(
    api.GET('/v1/budget-policies/{policy}', { params: { path } }),
  );
  const { slug, name, description, clauses, reserve, disputeHours, approval } =
    found.value;
  if (!approval.approver) {
    await api.PUT('/v1/budget-policies/{policy}', {
      params: { path, header: ifMatch(found.etag) },
      body: {
        ...{ slug, name, description, clauses, reserve, disputeHours },
        approval: {
          author: 'Ada Okafor',
          reviewers: ['Nora Haddad', 'Grace Lindqvist'],
          approver: trial.id('sam'),
          approvedOn: dayOf(-40, now),
          revisitOn: dayOf(140, now),
        },
      },
    });
  }
  const attached = await value(
    api.GET('/v1/budget-policies/{policy}/attachments', { params: { path } }),
  );
  if (!(attached.items ?? []).some(a => a.service?.slug === 'checkout')) {
    await api.POST('/v1/budget-policies/{policy}/attachments', {
      params: { path },
      body: { target: 'service', service: 'checkout', mode: 'enforce' },
    });
  }
}

const reason = 'The fix of the pool has to go out, and is no rollback.';

/** Asks the gate as pipelines do, and has the freeze lifted for some hours. */
export async function askGate({ api, now }: Trial): Promise<number> {
  const path = { service: 'checkout' };
  const asked = await value(
    api.GET('/v1/services/{service}/gate/decisions', { params: { path } }),
  );
  if ((asked.items ?? []).length > 0) {
    return 0;
  }
  const ask = (
    service: string,
    what: 'feature' | 'config' | 'reliability' | 'rollback',
    version: string,
  ) =>
    api.POST('/v1/services/{service}/gate/decisions', {
      params: { path: { service } },
      body: {
        class: what,
        version,
        link: `https://ci.shop.example/${service}/${version}`,
      },
    });
  await ask('checkout', 'feature', '1.41.0');
  await ask('checkout', 'reliability', '1.40.6');
  await ask('search-api', 'feature', '2026.47.4');
  await ask('orders', 'config', '1.41.6');
  await api.POST('/v1/services/{service}/gate/overrides', {
    params: { path },
    body: { reason, until: new Date(now + 20 * 3_600_000).toISOString() },
  });
  await ask('checkout', 'feature', '1.41.1');
  return 5;
}

/** Has the violation of the spent budget acknowledged with a plan. */
export async function planForViolation({ api, now }: Trial): Promise<void> {
  for await (const violation of items(api, '/v1/violations', {
    query: { service: 'checkout', state: 'open' },
  })) {
    // Others may open once more is known of the outage: they wait for somebody to plan.
    if (
      violation.mode !== 'enforce' ||
      violation.clause !== 'budget-exceeded' ||
      violation.handling.acknowledgement
    ) {
      continue;
    }
    const found = await versioned(
      api.GET('/v1/violations/{violation}', {
        params: { path: { violation: violation.id } },
      }),
    );
    await api.PUT('/v1/violations/{violation}/acknowledgement', {
      params: {
        path: { violation: violation.id },
        header: ifMatch(found.etag),
      },
      body: {
        plan: 'Pools are sized by load tests, and one that is exhausted is alerted on.',
        dueOn: dayOf(12, now),
      },
    });
  }
}
