import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

import { value, type Schemas } from '@evenkeel/client';

import { dayOf } from '../src/moment';
import { api, idOf } from './asking';
import { word } from './names';
import { newService, newSLO, push } from './objective';

/** A service whose changes wait, as its budget is spent. */
export type Frozen = {
  service: string;
  policy: string;
  violation: Schemas['Violation'];
};

/**
 * Makes a service of fulfilment, which Nora is in, with a spent budget, under a policy of its own
 * that Sam approved: its changes wait, an issue is wanted, and the freeze can be ended early.
 */
export async function newViolation(): Promise<Frozen> {
  const service = await newService();
  const policy = `made-${word()}`;
  const now = Date.now();
  await api.POST('/v1/budget-policies', {
    body: {
      slug: policy,
      name: `Made ${policy}`,
      description: 'Made by a test.',
      clauses: [
        {
          name: 'spent',
          description: 'The budget is spent.',
          when: 'consumed > 1',
          freeze: { allow: ['reliability'], earlyExit: true },
          issue: { priority: 'p1', labels: ['error-budget'] },
        },
      ],
      disputeHours: 24,
      approval: {
        author: 'Nora Haddad',
        reviewers: ['Grace Lindqvist'],
        approver: await idOf('sam'),
        approvedOn: dayOf(-1, now),
        revisitOn: dayOf(100, now),
      },
    },
  });
  await api.POST('/v1/budget-policies/{policy}/attachments', {
    params: { path: { policy } },
    body: { target: 'service', service, mode: 'enforce' },
  });
  const { slo } = await newSLO({
    service,
    enforcement: 'policy',
    minEvents: 1,
  });
  // Half of the events are bad where one in a hundred may be: fifty times the budget.
  await push(
    { service, slo },
    Array.from({ length: 24 }, () => 50),
  );
  const end = now + 60_000;
  for (;;) {
    await api.POST('/v1/jobs/{job}/runs', {
      params: { path: { job: 'apply-policies' } },
    });
    const found = await value(
      api.GET('/v1/violations', {
        params: { query: { service, state: 'open' } },
      }),
    );
    const violation = found.items?.find(v => v.policy.slug === policy);
    if (violation) {
      return { service, policy, violation };
    }
    assert.ok(Date.now() < end, `no violation of ${policy} opened`);
    await setTimeout(250);
  }
}
