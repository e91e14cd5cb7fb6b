import { evenkeel, type Evenkeel } from '@evenkeel/client';
import {
  createApiRef,
  type DiscoveryApi,
  type FetchApi,
} from '@backstage/frontend-plugin-api';

/** The Evenkeel API, as the person who is signed in to the portal. */
export type EvenkeelApi = Evenkeel;

/** The ref of the Evenkeel API; the plugin `@evenkeel/plugin-evenkeel` supplies it. */
export const evenkeelApiRef = createApiRef<EvenkeelApi>({
  id: 'plugin.evenkeel',
});

// Requests are made to a host that is never asked: where the backend plugin is, is found out for each.
const nowhere = 'http://evenkeel.invalid';

/** Makes the API that leads through the portal's backend plugin. */
export function evenkeelApi(options: {
  discoveryApi: DiscoveryApi;
  fetchApi: FetchApi;
}): EvenkeelApi {
  const { discoveryApi, fetchApi } = options;
  return evenkeel({
    baseUrl: nowhere,
    // Who looks at a page is told at once that the API is away: the page goes on by itself.
    retry: { attempts: 3, maxDelayMs: 2_000 },
    fetch: async request => {
      const base = await discoveryApi.getBaseUrl('evenkeel');
      // A body that is a stream could not be sent by HTTP/1; those here are small.
      const body = request.body === null ? undefined : await request.text();
      return fetchApi.fetch(`${base}${request.url.slice(nowhere.length)}`, {
        method: request.method,
        headers: request.headers,
        body: body === '' ? undefined : body,
        signal: request.signal,
      });
    },
  });
}
