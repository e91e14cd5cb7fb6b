import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';

import { createDeclareAction } from './declare';
import type { Portal } from './portal';
import { createRegisterAction } from './register';

/** Adds the actions of Evenkeel to the scaffolder. */
export const scaffolderModuleEvenkeel = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'evenkeel',
  register(env) {
    env.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
      },
      async init({ actions, auth, config, discovery }) {
        const address = config.getString('app.baseUrl').replace(/\/+$/, '');
        const portal: Portal = { auth, discovery, address };
        actions.addActions(
          createRegisterAction(portal),
          createDeclareAction(portal),
        );
      },
    });
  },
});
