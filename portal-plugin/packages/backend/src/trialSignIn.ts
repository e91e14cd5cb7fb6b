import { createBackendModule } from '@backstage/backend-plugin-api';
import { AuthenticationError } from '@backstage/errors';
import {
  authProvidersExtensionPoint,
  createProxyAuthenticator,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';

type Chosen = { name: string };

// Nobody proves who they are: `auth.providers.trial` has to say that this is meant.
const authenticator = createProxyAuthenticator({
  defaultProfileTransform: async () => ({ profile: {} }),
  initialize({ config }) {
    if (config.getOptionalBoolean('anybodyMayEnterAsAnybody') !== true) {
      throw new Error(
        'auth.providers.trial lets anybody enter as anybody, for trials alone: say so by `anybodyMayEnterAsAnybody: true`, or remove it',
      );
    }
  },
  async authenticate({ req }): Promise<{ result: Chosen }> {
    const name = req.header('x-trial-person') ?? '';
    if (!/^[a-z0-9-]{1,63}$/.test(name)) {
      throw new AuthenticationError(
        'X-Trial-Person is not the name of a user of the catalog',
      );
    }
    return { result: { name } };
  },
});

/** Lets whoever tries the portal enter as one of the users of its catalog. For trials alone. */
export const trialSignIn = createBackendModule({
  pluginId: 'auth',
  moduleId: 'trial',
  register(env) {
    env.registerInit({
      deps: { providers: authProvidersExtensionPoint },
      async init({ providers }) {
        providers.registerProvider({
          providerId: 'trial',
          factory: createProxyAuthProviderFactory<Chosen>({
            authenticator,
            signInResolver: ({ result }, context) =>
              context.signInWithCatalogUser({
                entityRef: { kind: 'User', name: result.name },
              }),
          }),
        });
      },
    });
  },
});
