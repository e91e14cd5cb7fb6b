import { evenkeel, type Evenkeel, type Fault } from '@evenkeel/client';
import type { AuthService } from '@backstage/backend-plugin-api';

import type { Settings } from './settings';
import type { Told } from './told';

/** What became of an entity. */
export type Result = {
  ref: string;
  outcome: string;
  faults?: Fault[] | null;
};

/** How many entities came to what. */
export type Counts = Record<string, number>;

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
  /** Ends it: what was not told is gone. Gives what became of all. */
  complete(sync: string, signal: AbortSignal): Promise<Counts>;
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
      const { data } = await post(api, '/v1/catalog/syncs', signal, {
        portal,
        full: true,
      });
      return (data as { id: string }).id;
    },
    async tell(sync, entities, signal) {
      const path = `/v1/catalog/syncs/${sync}/entities`;
      const { data } = await post(api, path, signal, { entities });
      return (data as { results: Result[] }).results;
    },
    async complete(sync, signal) {
      const path = `/v1/catalog/syncs/${sync}/complete`;
      const { data } = await post(api, path, signal, {});
      return (data as { counts: Counts }).counts;
    },
  };
}

// The document of the API that this was written by had no word of catalogs yet.
function post(
  api: Evenkeel,
  path: string,
  signal: AbortSignal,
  body: object,
): Promise<{ data: unknown }> {
  const send = api.POST as unknown as (
    path: string,
    init: object,
  ) => Promise<{ data: unknown }>;
  return send(path, { body, signal });
}
