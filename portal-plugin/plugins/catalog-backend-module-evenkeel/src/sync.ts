import { evenkeel, value, type Evenkeel, type Schemas } from '@evenkeel/client';
import type { AuthService } from '@backstage/backend-plugin-api';

import type { Settings } from './settings';
import type { Told } from './told';

/** What became of an entity. */
export type Result = Schemas['CatalogResult'];

/** How many entities came to what. */
export type Counts = Schemas['CatalogCounts'];

/** The part of the API that a catalog is told to. */
export interface SyncApi {
  /** Begins to tell all of the portal's catalog; gives the identifier of the sync. */
  begin(portal: string, signal: AbortSignal): Promise<string>;
  /** Tells of at most 200 entities; gives what became of each. */
  tell(
    sync: string,
    entities: readonly Told[],
    signal: AbortSignal,
  ): Promise<Result[]>;
  /**
   * Ends it: what was not told is gone, and what was told and nobody declares any more. Gives what
   * became of all.
   */
  complete(
    sync: string,
    undeclared: readonly string[],
    signal: AbortSignal,
  ): Promise<Counts>;
}

/** The API as the catalog itself, for no person. */
export function syncApi(settings: Settings, auth: AuthService): SyncApi {
  const api = evenkeel({
    baseUrl: settings.baseUrl,
    token: async () => {
      const { token } = await auth.getPluginRequestToken({
        onBehalfOf: await auth.getOwnServiceCredentials(),
        targetPluginId: settings.audience,
      });
      return token;
    },
  });
  return overClient(api);
}

function overClient(api: Evenkeel): SyncApi {
  return {
    async begin(portal, signal) {
      const made = await value(
        api.POST('/v1/catalog/syncs', {
          body: { portal, full: true },
          signal,
        }),
      );
      return made.id;
    },
    async tell(sync, entities, signal) {
      const told = await value(
        api.POST('/v1/catalog/syncs/{sync}/entities', {
          params: { path: { sync } },
          body: { entities: [...entities] },
          signal,
        }),
      );
      return told.results;
    },
    async complete(sync, undeclared, signal) {
      const ended = await value(
        api.POST('/v1/catalog/syncs/{sync}/complete', {
          params: { path: { sync } },
          body: { undeclared: [...undeclared] },
          signal,
        }),
      );
      return ended.counts;
    },
  };
}
