import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';

import { AnnotationProcessor } from './processor';
import { readSettings } from './settings';
import { syncApi } from './sync';
import { Teller } from './teller';

/**
 * Has Evenkeel know what the catalog says: groups and users become teams and people, systems
 * systems, and components services.
 */
export const catalogModuleEvenkeel = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'evenkeel',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        logger: coreServices.logger,
        processing: catalogProcessingExtensionPoint,
        scheduler: coreServices.scheduler,
      },
      async init({ auth, catalog, config, logger, processing, scheduler }) {
        const settings = readSettings(config);
        processing.addProcessor(new AnnotationProcessor());
        const api = syncApi(settings, auth);
        const teller = new Teller({ auth, catalog, logger, api, settings });
        await scheduler.scheduleTask({
          ...settings.schedule,
          id: 'evenkeel-tell-catalog',
          fn: async signal => {
            await teller.runOnce(signal as AbortSignal);
          },
        });
      },
    });
  },
});
