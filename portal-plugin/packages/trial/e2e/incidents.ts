import { items, value, type Schemas } from '@evenkeel/client';

import { api, apiOf } from './asking';
import { named } from './names';

/** Declares an incident of payments as Ada, which the test that asks for it alone changes. */
export async function declared(
  part: Partial<Schemas['IncidentCreate']> = {},
): Promise<Schemas['Incident']> {
  const ada = await apiOf('ada');
  return value(
    ada.POST('/v1/incidents', {
      body: {
        title: named('Receipts come late'),
        severity: 'sev3',
        team: 'payments',
        services: [{ service: 'settlement', role: 'cause' }],
        // Below those of the sample, on whose page it would take room otherwise.
        impactStart: new Date(Date.now() - 40 * 86_400_000).toISOString(),
        ...part,
      },
    }),
  );
}

/** The incident of the sample that has a title. */
export async function sample(title: string): Promise<Schemas['Incident']> {
  for await (const incident of items(api, '/v1/incidents', {
    query: { limit: 100 },
  })) {
    if (incident.title === title) {
      return incident;
    }
  }
  throw new Error(`the sample has no incident “${title}”`);
}
