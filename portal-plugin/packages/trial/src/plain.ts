import { teams, type CatalogEntity } from './world';

const kinds = ['http', 'grpc', 'pipeline', 'batch', 'stateful'] as const;

/** A plain service: one of many, to see how pages look with all of them. */
export type PlainService = {
  slug: string;
  name: string;
  description: string;
  /** Slug of the team whose it is. */
  team: string;
  kind: (typeof kinds)[number];
  tier: number;
};

/** The plain service of a number from 1 on. */
export function plainService(at: number): PlainService {
  const owning = teams.filter(team => team.parent !== undefined);
  return {
    slug: `plain-${String(at).padStart(4, '0')}`,
    name: `Plain ${at}`,
    description: 'One of many, to see how pages look with all of them.',
    team: owning[at % owning.length].slug,
    kind: kinds[at % kinds.length],
    tier: (at % 4) + 1,
  };
}

/** So many plain services as entities of the catalog. */
export function plainEntities(count: number): CatalogEntity[] {
  return Array.from({ length: count }, (_, at) => {
    const service = plainService(at + 1);
    return {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name: service.slug,
        title: service.name,
        description: service.description,
        annotations: {
          'evenkeel.dev/tier': String(service.tier),
          'evenkeel.dev/kind': service.kind,
        },
      },
      spec: {
        type: 'service',
        lifecycle: 'production',
        owner: `group:default/${service.team}`,
      },
    };
  });
}
