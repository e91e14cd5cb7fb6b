import { ifMatch, value, versioned } from '@evenkeel/client';
import type { TestContext } from 'node:test';

import { api } from './asking';
import { word } from './names';

/** A scorecard that the payments team keeps, with the one service that it is for. */
export type Readiness = {
  /** Slug of the scorecard. */
  card: string;
  /** Slug and name of the service. */
  service: string;
  name: string;
};

/**
 * Makes a service of a team, and a scorecard for it alone that the payments team keeps: two of its
 * three checks do not pass. The scorecard is retired when the test ends, so that no other sees it.
 */
export async function newReadiness(
  t: TestContext,
  team = 'payments',
): Promise<Readiness> {
  const part = word();
  const service = `drilled-${part}`;
  const name = `Drilled ${part}`;
  const card = `zz-drills-${part}`;
  await api.POST('/v1/services', {
    body: {
      slug: service,
      name,
      description: 'Made for a test.',
      team,
      kind: 'http',
      tier: 2,
      // The scorecards of the sample leave it out.
      lifecycle: 'deprecated',
      labels: { [`drilled-${part}`]: 'yes' },
    },
  });
  await api.POST('/v1/scorecards', {
    body: {
      slug: card,
      name: `Drills ${part}`,
      owner: 'payments',
      appliesTo: `'drilled-${part}' in labels`,
      levels: [{ name: 'Bronze' }, { name: 'Silver' }],
      checks: [
        {
          id: 'owned',
          title: 'A team owns it',
          category: 'Ownership',
          level: 'Bronze',
          passes: 'members >= 1',
        },
        {
          id: 'runbook',
          title: 'It has a runbook',
          why: 'Who is woken has something to hold on to.',
          fix: 'Write one: it is there ({hasRunbook}).',
          category: 'Alerting',
          level: 'Silver',
          passes: 'hasRunbook',
        },
        {
          id: 'drill',
          title: 'An incident was drilled',
          why: 'What nobody has used is found wanting.',
          fix: 'Hold a drill, and attest it.',
          category: 'Incidents',
          level: 'Silver',
          passes: 'incidentDrill <= 180',
        },
      ],
    },
  });
  t.after(async () => {
    const path = { scorecard: card };
    const found = await versioned(
      api.GET('/v1/scorecards/{scorecard}', { params: { path } }),
    );
    await api.POST('/v1/scorecards/{scorecard}/retire', {
      params: { path, header: ifMatch(found.etag) },
      body: { reason: 'The test is over.' },
    });
  });
  await value(
    api.POST('/v1/services/{service}/scorecards/evaluate', {
      params: { path: { service } },
    }),
  );
  return { card, service, name };
}
