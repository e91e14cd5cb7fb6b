import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { searchIndexRegistryExtensionPoint } from '@backstage/plugin-search-backend-node/alpha';

import { ownClient } from '../api/client';
import { readApiSettings } from '../api/settings';
import { readSchedule } from '../schedule';
import { EvenkeelCollatorFactory } from './collator';

/** Lets the portal's search find services, SLOs and published postmortems of Evenkeel. */
export const searchModuleEvenkeel = createBackendModule({
  pluginId: 'search',
  moduleId: 'evenkeel',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        registry: searchIndexRegistryExtensionPoint,
        scheduler: coreServices.scheduler,
      },
      async init({ auth, config, registry, scheduler }) {
        const schedule = readSchedule(config, 'evenkeel.search.schedule', {
          frequency: { minutes: 10 },
          timeout: { minutes: 15 },
          initialDelay: { seconds: 3 },
        });
        registry.addCollator({
          schedule: scheduler.createScheduledTaskRunner(schedule),
          factory: new EvenkeelCollatorFactory(
            ownClient(readApiSettings(config), auth),
          ),
        });
      },
    });
  },
});
