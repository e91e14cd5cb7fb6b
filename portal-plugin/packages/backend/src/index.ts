import evenkeelPlugin, {
  searchModuleEvenkeel,
} from '@evenkeel/plugin-evenkeel-backend';
import { createBackend } from '@backstage/backend-defaults';

import { trialCatalog } from './trialCatalog';
import { trialPolicy } from './trialPolicy';
import { trialSignIn } from './trialSignIn';

const backend = createBackend();

backend.add(import('@backstage/plugin-app-backend'));
backend.add(import('@backstage/plugin-auth-backend'));
backend.add(trialSignIn);
backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(trialCatalog);
backend.add(import('@evenkeel/plugin-catalog-backend-module-evenkeel'));
backend.add(import('@backstage/plugin-events-backend'));
backend.add(import('@backstage/plugin-notifications-backend'));
backend.add(import('@backstage/plugin-permission-backend'));
backend.add(trialPolicy);
backend.add(import('@backstage/plugin-search-backend'));
backend.add(import('@backstage/plugin-search-backend-module-catalog'));
backend.add(import('@backstage/plugin-search-backend-module-pg'));
backend.add(import('@backstage/plugin-signals-backend'));
backend.add(import('@backstage/plugin-user-settings-backend'));

backend.add(evenkeelPlugin);
backend.add(searchModuleEvenkeel);

backend.start();
