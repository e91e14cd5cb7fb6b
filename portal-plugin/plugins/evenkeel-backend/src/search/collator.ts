import { items, ProblemError, value, type Evenkeel } from '@evenkeel/client';
import { evenkeelReadPermission } from '@evenkeel/plugin-evenkeel-common';
import type { DocumentCollatorFactory } from '@backstage/plugin-search-common';
import { Readable } from 'node:stream';

import {
  postmortemDocument,
  serviceDocument,
  sloDocument,
  type EvenkeelDocument,
} from './documents';

const PAGE = 200;

/**
 * Reads for the search what the whole organisation may read of Evenkeel: services, SLOs and
 * published postmortems, page by page. What is about restricted incidents is left out.
 */
export class EvenkeelCollatorFactory implements DocumentCollatorFactory {
  readonly type = 'evenkeel';
  readonly visibilityPermission = evenkeelReadPermission;

  constructor(private readonly api: Evenkeel) {}

  async getCollator(): Promise<Readable> {
    return Readable.from(documents(this.api));
  }
}

async function* documents(
  api: Evenkeel,
): AsyncGenerator<EvenkeelDocument, void, undefined> {
  const query = { limit: PAGE };
  const teams = new Map<string, string>();
  for await (const service of items(api, '/v1/services', { query })) {
    teams.set(service.id, service.team.slug);
    yield serviceDocument(service);
  }
  for await (const slo of items(api, '/v1/slos', { query })) {
    const team = teams.get(slo.service.id);
    if (team !== undefined) {
      yield sloDocument(slo, team);
    }
  }
  yield* postmortems(api);
}

async function* postmortems(
  api: Evenkeel,
): AsyncGenerator<EvenkeelDocument, void, undefined> {
  const query = { limit: PAGE, status: 'published' as const };
  for await (const head of items(api, '/v1/postmortems', { query })) {
    // The plugin itself is shown none that is restricted; the search shows what it holds to
    // everybody, so it does not rest on that alone.
    if (head.incident.restricted) {
      continue;
    }
    const postmortem = await read(api, head.incident.id);
    if (postmortem?.status === 'published' && !postmortem.incident.restricted) {
      yield postmortemDocument(postmortem);
    }
  }
}

/** The postmortem, unless it was restricted or removed since the list was read. */
async function read(api: Evenkeel, incident: string) {
  try {
    return await value(
      api.GET('/v1/incidents/{incident}/postmortem', {
        params: { path: { incident } },
      }),
    );
  } catch (error) {
    if (error instanceof ProblemError && [403, 404].includes(error.status)) {
      return undefined;
    }
    throw error;
  }
}
