import {
  ANNOTATION_SOURCE_LOCATION,
  type Entity,
} from '@backstage/catalog-model';

/** Where things of a component are that are kept elsewhere. */
export type Places = {
  repository?: string;
  docs?: string;
  dashboard?: string;
  runbook?: string;
  onCall?: string;
};

// Of what a link is, by its type, its icon, or else its title.
const kinds = {
  docs: /^(docs?|documentation|techdocs)$/i,
  dashboard: /^(.* )?dashboards?$/i,
  runbook: /^(.* )?(runbooks?|playbooks?)$/i,
  onCall: /^(on[- ]?call|pager)$/i,
};

/**
 * Finds where things of a component are: in annotations that well-known plugins read, else in its
 * links by their type, icon or title. The portal's address is where its pages are.
 */
export function placesOf(entity: Entity, portal: string): Places {
  return {
    repository: repositoryOf(entity),
    docs: techdocsOf(entity, portal) ?? linkOf(entity, kinds.docs),
    dashboard: linkOf(entity, kinds.dashboard),
    runbook: linkOf(entity, kinds.runbook),
    onCall: onCallOf(entity) ?? linkOf(entity, kinds.onCall),
  };
}

function annotation(entity: Entity, name: string): string | undefined {
  return entity.metadata.annotations?.[name]?.trim() || undefined;
}

function linkOf(entity: Entity, kind: RegExp): string | undefined {
  const links = (entity.metadata.links ?? []).filter(({ url }) =>
    /^https?:\/\//i.test(url),
  );
  const by = (text: (link: (typeof links)[number]) => string | undefined) =>
    links.find(link => kind.test(text(link)?.trim() ?? ''))?.url;
  return by(l => l.type) ?? by(l => l.icon) ?? by(l => l.title);
}

function techdocsOf(entity: Entity, portal: string): string | undefined {
  if (!annotation(entity, 'backstage.io/techdocs-ref')) {
    return undefined;
  }
  const { namespace = 'default', name } = entity.metadata;
  return `${portal}/docs/${namespace}/${entity.kind}/${name}`.toLowerCase();
}

/** The repository is where the source is, without the place in it. */
function repositoryOf(entity: Entity): string | undefined {
  const slug = annotation(entity, 'github.com/project-slug');
  if (slug && /^[\w.-]+\/[\w.-]+$/.test(slug)) {
    return `https://github.com/${slug}`;
  }
  const source = annotation(entity, ANNOTATION_SOURCE_LOCATION);
  const address = source && /^url:(https?:\/\/.+)$/i.exec(source)?.[1];
  if (!address || !URL.canParse(address)) {
    return undefined;
  }
  const url = new URL(address);
  // As GitHub, GitLab and Bitbucket write places in a repository.
  const path = url.pathname
    .replace(/\/(-\/)?(tree|blob|raw|src)\/.*$/, '')
    .replace(/(\.git)?\/*$/, '');
  return path ? `${url.origin}${path}` : undefined;
}

/**
 * What pages whoever is on call. An integration key can page, and is nobody's to read: it is left
 * where it is.
 */
function onCallOf(entity: Entity): string | undefined {
  const pagerDuty = annotation(entity, 'pagerduty.com/service-id');
  if (pagerDuty) {
    return `PagerDuty service ${pagerDuty}`;
  }
  const opsgenie = annotation(entity, 'opsgenie.com/team');
  return opsgenie && `Opsgenie team ${opsgenie}`;
}
