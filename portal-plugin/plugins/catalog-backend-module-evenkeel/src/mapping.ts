import {
  ANNOTATION_LOCATION,
  parseEntityRef,
  RELATION_DEPENDS_ON,
  RELATION_HAS_MEMBER,
  RELATION_MEMBER_OF,
  RELATION_OWNED_BY,
  RELATION_CHILD_OF,
  RELATION_PART_OF,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import {
  KIND_ANNOTATION,
  SERVICE_ANNOTATION,
  TIER_ANNOTATION,
} from '@evenkeel/plugin-evenkeel-common';

import { placesOf } from './places';
import type { Told } from './told';

/** What is known beside the entity itself. */
export type Around = {
  /** Where the portal's pages are, without a slash at the end. */
  portal: string;
  /** References of users by those of the groups that they say they are in. */
  members: ReadonlyMap<string, readonly string[]>;
};

/** What Evenkeel is told of an entity; nothing of kinds that it does not know. */
export function toldOf(entity: Entity, around: Around): Told | undefined {
  const { metadata } = entity;
  const named = compact({
    ref: stringifyEntityRef(entity),
    uid: metadata.uid ?? '',
    origin: metadata.annotations?.[ANNOTATION_LOCATION],
  });
  const described = {
    title: metadata.title,
    description: metadata.description,
  };
  const owner = relatedTo(entity, RELATION_OWNED_BY, 'owner', 'group')[0];
  switch (entity.kind.toLowerCase()) {
    case 'user':
      return compact({
        kind: 'user' as const,
        ...named,
        displayName: profile(entity, 'displayName') ?? metadata.title,
        email: profile(entity, 'email'),
        githubLogin: metadata.annotations?.['github.com/user-login'],
      });
    case 'group':
      return compact({
        kind: 'group' as const,
        ...named,
        displayName: profile(entity, 'displayName') ?? metadata.title,
        description: metadata.description,
        parent: parentOf(entity),
        members: once([
          ...relatedTo(entity, RELATION_HAS_MEMBER, 'members', 'user'),
          ...(around.members.get(named.ref) ?? []),
        ]),
        contact: profile(entity, 'email'),
      });
    case 'system':
      return compact({
        kind: 'system' as const,
        ...named,
        ...described,
        owner,
      });
    case 'component':
      return compact({
        kind: 'component' as const,
        ...named,
        ...described,
        owner,
        system: relatedTo(entity, RELATION_PART_OF, 'system', 'system')[0],
        type: text(entity.spec?.type),
        lifecycle: text(entity.spec?.lifecycle),
        ...placesOf(entity, around.portal),
        slug: metadata.annotations?.[SERVICE_ANNOTATION],
        tier: tierOf(entity),
        serviceKind: metadata.annotations?.[KIND_ANNOTATION],
        dependsOn: once(
          relatedTo(entity, RELATION_DEPENDS_ON, 'dependsOn', 'component'),
        ),
      });
    default:
      return undefined;
  }
}

/** References of the groups that a user is in. */
export function groupsOf(user: Entity): string[] {
  return once(relatedTo(user, RELATION_MEMBER_OF, 'memberOf', 'group'));
}

/**
 * References of the entities of a kind that an entity is related to: as the catalog worked it out,
 * else as its specification says.
 */
function relatedTo(
  entity: Entity,
  relation: string,
  field: string,
  kind: string,
): string[] {
  const refs =
    entity.relations?.length ?? 0
      ? (entity.relations ?? [])
          .filter(r => r.type === relation)
          .map(r => r.targetRef)
      : [entity.spec?.[field]].flat().flatMap(ref => text(ref) ?? []);
  const context = {
    defaultKind: kind,
    defaultNamespace: entity.metadata.namespace ?? 'default',
  };
  return refs
    .flatMap(ref => readable(ref, context))
    .filter(ref => ref.startsWith(`${kind}:`));
}

function readable(ref: string, context: Parameters<typeof parseEntityRef>[1]) {
  try {
    return [stringifyEntityRef(parseEntityRef(ref, context))];
  } catch {
    return []; // no reference: the catalog's own checks tell its author
  }
}

function parentOf(group: Entity): string | undefined {
  return relatedTo(group, RELATION_CHILD_OF, 'parent', 'group')[0];
}

function tierOf(entity: Entity): number | undefined {
  const tier = entity.metadata.annotations?.[TIER_ANNOTATION]?.trim();
  return tier && /^[1-4]$/.test(tier) ? Number(tier) : undefined;
}

function profile(entity: Entity, field: string): string | undefined {
  const found = entity.spec?.profile;
  return found && typeof found === 'object' && !Array.isArray(found)
    ? text(found[field])
    : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== ''
    ? value.trim()
    : undefined;
}

function once(refs: readonly string[]): string[] {
  return [...new Set(refs)].sort();
}

/** The fields that have a value. */
function compact<T extends object>(fields: T): T {
  return Object.fromEntries(
    Object.entries(fields).filter(([, v]) => v !== undefined && v !== ''),
  ) as T;
}
