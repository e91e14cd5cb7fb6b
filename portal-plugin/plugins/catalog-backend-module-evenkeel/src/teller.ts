import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import {
  CATALOG_FILTER_EXISTS,
  type EntityFilterQuery,
} from '@backstage/catalog-client';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { NotFoundError, ResponseError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { ProblemError } from '@evenkeel/client';
import { SERVICE_ANNOTATION } from '@evenkeel/plugin-evenkeel-common';

import { groupsOf, toldOf } from './mapping';
import type { Kind, Settings } from './settings';
import type { Counts, Result, SyncApi } from './sync';
import type { Told } from './told';
import { seenOf, undeclaredOf, type Seen } from './undeclared';

// So many entities are told at once: what the API takes.
const BATCH = 200;
// So many entities of which something was wrong are logged at once.
const LOGGED = 20;

/** Tells Evenkeel what the catalog says. */
export class Teller {
  // What was wrong the last time, which is not said again.
  private said = new Set<string>();

  constructor(
    private readonly deps: {
      auth: AuthService;
      catalog: CatalogService;
      logger: LoggerService;
      api: SyncApi;
      settings: Settings;
    },
  ) {}

  /**
   * Tells all of the catalog once, and what became of it. Where the catalog cannot be read to its
   * end the telling is not completed, so that nothing is taken to be gone. Rejects with what failed.
   */
  async runOnce(signal: AbortSignal): Promise<Counts> {
    const { api, settings, logger } = this.deps;
    const sync = await api.begin(settings.portal, signal);
    const wrong = new Set<string>();
    const members = new Map<string, string[]>();
    const seen: Seen[] = [];
    for (const kind of settings.kinds) {
      for await (const page of this.pages(kind)) {
        signal.throwIfAborted();
        if (kind === 'user') {
          page.filter(isDeclared).forEach(user => note(members, user));
        }
        const told = page
          .filter(isDeclared)
          .flatMap(
            entity =>
              toldOf(entity, { portal: settings.portal, members }) ?? [],
          );
        const results = await this.tell(sync, told, signal);
        for (const result of results) {
          faultsOf(result).forEach(fault => wrong.add(fault));
        }
        seen.push(
          ...told.map((one, at) =>
            seenOf(one, results[at]?.outcome === 'deferred'),
          ),
        );
      }
    }
    this.say(wrong);
    const undeclared = await this.undeclared(seen, signal);
    try {
      const counts = await api.complete(sync, undeclared, signal);
      logger.info(`told Evenkeel of the catalog: ${wordsOf(counts)}`);
      return counts;
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'catalog_shrank') {
        logger.warn(
          `Evenkeel keeps what the catalog does not have any more, because it is much at once: ${error.problem.detail} Where it is right, an administrator completes the sync ${sync} with "acceptShrink".`,
        );
      }
      throw error;
    }
  }

  private async *pages(kind: Kind): AsyncGenerator<Entity[]> {
    const { auth, catalog, settings } = this.deps;
    let cursor: string | undefined;
    do {
      // A token for each page: reading all of a large catalog may take longer than one is valid.
      const credentials = await auth.getOwnServiceCredentials();
      const { items, pageInfo } = await catalog.queryEntities(
        cursor === undefined
          ? { filter: filterOf(kind, settings), limit: BATCH }
          : { cursor, limit: BATCH },
        { credentials },
      );
      yield items;
      cursor = pageInfo.nextCursor;
    } while (cursor !== undefined);
  }

  /** What nobody declares any more; nothing where the catalog does not say what declares what. */
  private async undeclared(
    seen: readonly Seen[],
    signal: AbortSignal,
  ): Promise<string[]> {
    try {
      return await undeclaredOf(seen, ref => {
        signal.throwIfAborted();
        return this.parentsOf(ref);
      });
    } catch (error) {
      signal.throwIfAborted();
      // All else was read: what is gone is told all the same, and the rest the next time.
      this.deps.logger.warn(
        `which entities nobody declares any more is told the next time: ${error}`,
      );
      return [];
    }
  }

  /** How many entities declare one: none of those that the catalog does not have any more. */
  private async parentsOf(entityRef: string): Promise<number> {
    const { auth, catalog } = this.deps;
    const credentials = await auth.getOwnServiceCredentials();
    try {
      const { items, rootEntityRef } = await catalog.getEntityAncestors(
        { entityRef },
        { credentials },
      );
      const own = items.find(
        ({ entity }) => stringifyEntityRef(entity) === rootEntityRef,
      );
      return own?.parentEntityRefs.length ?? 0;
    } catch (error) {
      if (isNotFound(error)) {
        return 0;
      }
      throw error;
    }
  }

  private async tell(
    sync: string,
    entities: Told[],
    signal: AbortSignal,
  ): Promise<Result[]> {
    return entities.length > 0
      ? this.deps.api.tell(sync, entities, signal)
      : [];
  }

  private say(wrong: Set<string>) {
    const { logger } = this.deps;
    const fresh = [...wrong].filter(fault => !this.said.has(fault));
    fresh.slice(0, LOGGED).forEach(fault => logger.warn(fault));
    if (fresh.length > LOGGED) {
      logger.warn(
        `and ${
          fresh.length - LOGGED
        } more; Evenkeel lists them all at /v1/catalog/entities?state=refused`,
      );
    }
    this.said = wrong;
  }
}

/** Which entities of a kind are told. */
export function filterOf(kind: Kind, settings: Settings): EntityFilterQuery {
  if (kind !== 'component') {
    return { kind };
  }
  const { componentTypes, filter } = settings;
  return [
    { ...filter, kind, 'spec.type': componentTypes },
    {
      ...filter,
      kind,
      [`metadata.annotations.${SERVICE_ANNOTATION}`]: CATALOG_FILTER_EXISTS,
    },
  ];
}

// What nobody declares any more waits in the catalog to be removed, marked once it was looked at.
function isDeclared(entity: Entity): boolean {
  return entity.metadata.annotations?.['backstage.io/orphan'] !== 'true';
}

function isNotFound(error: unknown): boolean {
  return error instanceof ResponseError
    ? error.statusCode === 404
    : error instanceof NotFoundError;
}

function note(members: Map<string, string[]>, user: Entity) {
  for (const group of groupsOf(user)) {
    members.set(group, [
      ...(members.get(group) ?? []),
      stringifyEntityRef(user),
    ]);
  }
}

function faultsOf({ ref, outcome, faults }: Result): string[] {
  const done = outcome === 'refused' ? 'did not take' : 'took in part';
  return (faults ?? []).map(
    ({ pointer, message, value }) =>
      `Evenkeel ${done} ${ref}: ${pointer || 'the entity'} ${message}${
        value ? ` (it is ${JSON.stringify(value)})` : ''
      }`,
  );
}

function wordsOf(counts: Counts): string {
  const words = Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${n} ${name}`);
  return words.join(', ') || 'it has nothing';
}
