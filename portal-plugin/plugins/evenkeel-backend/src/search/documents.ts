import type { Schemas } from '@evenkeel/client';
import type { IndexableDocument } from '@backstage/plugin-search-common';

/** What the search finds of Evenkeel. */
export interface EvenkeelDocument extends IndexableDocument {
  /** What it is. */
  kind: 'service' | 'slo' | 'postmortem';
  /** Slug of the team whose it is. */
  team: string;
}

const at = (...parts: string[]) =>
  `/evenkeel/${parts.map(encodeURIComponent).join('/')}`;

/** A service as it is found. */
export function serviceDocument(service: Schemas['Service']): EvenkeelDocument {
  return {
    kind: 'service',
    title: service.name,
    text: text(
      service.description,
      service.slug,
      service.team.slug,
      service.system?.slug,
    ),
    location: at('services', service.slug),
    team: service.team.slug,
  };
}

/** An SLO as it is found; the team is that of its service. */
export function sloDocument(
  slo: Schemas['SLO'],
  team: string,
): EvenkeelDocument {
  const { service } = slo;
  return {
    kind: 'slo',
    title: `${slo.name} of ${service.slug}`,
    text: text(slo.description, slo.rationale, `${service.slug}/${slo.slug}`),
    location: at('slos', service.slug, slo.slug),
    team,
  };
}

/** A published postmortem as it is found. */
export function postmortemDocument(
  postmortem: Schemas['Postmortem'],
): EvenkeelDocument {
  const { incident } = postmortem;
  return {
    kind: 'postmortem',
    title: `Postmortem: ${incident.title}`,
    text: text(postmortem.text),
    location: at('incidents', incident.id, 'postmortem'),
    team: incident.team.slug,
  };
}

function text(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join('\n');
}
