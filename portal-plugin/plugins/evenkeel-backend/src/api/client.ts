import { evenkeel, type Evenkeel } from '@evenkeel/client';
import type { AuthService } from '@backstage/backend-plugin-api';

import type { ApiSettings } from './settings';

/** The API as the plugin itself, for no person: it sees what the whole organisation may see. */
export function ownClient(settings: ApiSettings, auth: AuthService): Evenkeel {
  return evenkeel({
    baseUrl: settings.baseUrl,
    fetch: request =>
      fetch(request, { signal: AbortSignal.timeout(settings.timeoutMs) }),
    token: async () => {
      const { token } = await auth.getPluginRequestToken({
        onBehalfOf: await auth.getOwnServiceCredentials(),
        targetPluginId: settings.audience,
      });
      return token;
    },
  });
}
