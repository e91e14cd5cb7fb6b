import { evenkeelPermissions } from '@evenkeel/plugin-evenkeel-common';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { notificationService } from '@backstage/plugin-notifications-node';

import { ownClient } from './api/client';
import { readApiSettings } from './api/settings';
import { Ledger } from './notifications/ledger';
import { Teller } from './notifications/teller';
import { createRouter } from './router';
import { readSchedule } from './schedule';

/**
 * Leads requests of the portal to the Evenkeel API as the person who makes them, and tells teams in
 * the portal of events.
 */
export const evenkeelPlugin = createBackendPlugin({
  pluginId: 'evenkeel',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        database: coreServices.database,
        discovery: coreServices.discovery,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        logger: coreServices.logger,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        scheduler: coreServices.scheduler,
      },
      async init(deps) {
        const { config, database, logger, scheduler } = deps;
        const settings = readApiSettings(config);
        deps.permissionsRegistry.addPermissions(evenkeelPermissions);
        deps.httpRouter.use(createRouter({ ...deps, settings }));
        // The router looks at who asks before all else, and says in the API's own shape what is wrong.
        deps.httpRouter.addAuthPolicy({
          path: '/v1',
          allow: 'unauthenticated',
        });

        const telling =
          config.getOptionalBoolean('evenkeel.notifications.enabled') ?? true;
        if (telling) {
          const teller = new Teller({
            api: ownClient(settings, deps.auth),
            ledger: await Ledger.open(database, new Date()),
            logger,
            notifications: deps.notifications,
            groupNamespace:
              config.getOptionalString(
                'evenkeel.notifications.groupNamespace',
              ) ?? 'default',
          });
          await scheduler.scheduleTask({
            ...readSchedule(config, 'evenkeel.notifications.schedule', {
              frequency: { minutes: 1 },
              timeout: { minutes: 5 },
              initialDelay: { seconds: 10 },
            }),
            id: 'evenkeel-tell-teams',
            fn: async signal => {
              await teller.runOnce(signal as AbortSignal);
            },
          });
        }
        logger.info(
          `leads to the Evenkeel API at ${settings.baseUrl} with tokens for "${
            settings.audience
          }"; teams are ${telling ? '' : 'not '}told of events`,
        );
      },
    });
  },
});
