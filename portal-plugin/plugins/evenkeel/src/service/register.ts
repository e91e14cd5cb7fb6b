import {
  RELATION_OWNED_BY,
  parseEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { Schemas } from '@evenkeel/client';
import {
  KIND_ANNOTATION,
  TIER_ANNOTATION,
} from '@evenkeel/plugin-evenkeel-common';

/** The kinds of services. */
export const kinds = [
  'http',
  'grpc',
  'pipeline',
  'batch',
  'stateful',
  'llm',
] as const;

/** The tiers of services, the most critical first. */
export const tiers = [1, 2, 3, 4] as const;

/** The parts of a service's life. */
export const lifecycles = ['experimental', 'production', 'deprecated'] as const;

/** The slug of the team that owns an entity, as its owner in the catalog is called; empty for none. */
export function teamOf(entity: Entity): string {
  const owner =
    entity.relations?.find(r => r.type === RELATION_OWNED_BY)?.targetRef ??
    (typeof entity.spec?.owner === 'string' ? entity.spec.owner : '');
  return owner
    ? parseEntityRef(owner, {
        defaultKind: 'group',
        defaultNamespace: 'default',
      }).name.toLowerCase()
    : '';
}

/** A service as an entity describes it; what the entity does not say is the usual. */
export function serviceFrom(
  entity: Entity,
  slug: string,
): Schemas['ServiceCreate'] {
  const { metadata, spec } = entity;
  const annotations = metadata.annotations ?? {};
  const link = (...words: string[]) =>
    metadata.links?.find(l =>
      words.some(w =>
        `${l.type ?? ''} ${l.title ?? ''}`.toLowerCase().includes(w),
      ),
    )?.url;
  const project = annotations['github.com/project-slug'];
  const tier = Number(annotations[TIER_ANNOTATION]);
  return {
    slug,
    name: metadata.title ?? metadata.name,
    description: metadata.description,
    team: teamOf(entity),
    tier: tiers.find(of => of === tier) ?? 3,
    kind: kinds.find(k => k === annotations[KIND_ANNOTATION]) ?? 'http',
    lifecycle: lifecycles.find(l => l === spec?.lifecycle) ?? 'production',
    repository: project ? `https://github.com/${project}` : undefined,
    runbook: link('runbook', 'playbook'),
    dashboard: link('dashboard', 'grafana'),
    docs: link('docs', 'documentation'),
    labels: Object.fromEntries(
      (metadata.tags ?? []).slice(0, 64).map(tag => [tag, 'true']),
    ),
  };
}
