import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';

/**
 * Lets everybody do everything that the portal has a permission for, but those whom
 * `permission.trial.without` names by a permission; Evenkeel has rules of its own.
 */
export const trialPolicy = createBackendModule({
  pluginId: 'permission',
  moduleId: 'trial',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        policy: policyExtensionPoint,
      },
      async init({ config, policy }) {
        const without = (config.getOptional('permission.trial.without') ??
          {}) as Record<string, string[]>;
        const denied = new Map(Object.entries(without));
        policy.setPolicy({
          handle: async ({ permission }, user) => ({
            result: denied
              .get(permission.name)
              ?.includes(user?.info.userEntityRef ?? '')
              ? AuthorizeResult.DENY
              : AuthorizeResult.ALLOW,
          }),
        });
      },
    });
  },
});
