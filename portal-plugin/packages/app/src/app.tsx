import evenkeelPlugin from '@evenkeel/plugin-evenkeel';
import { createApp } from '@backstage/frontend-defaults';
import { createFrontendModule } from '@backstage/frontend-plugin-api';
import {
  NavContentBlueprint,
  SignInPageBlueprint,
} from '@backstage/plugin-app-react';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import notificationsPlugin from '@backstage/plugin-notifications/alpha';
import orgPlugin from '@backstage/plugin-org/alpha';
import searchPlugin from '@backstage/plugin-search/alpha';
import signalsPlugin from '@backstage/plugin-signals/alpha';
import userSettingsPlugin from '@backstage/plugin-user-settings/alpha';

import { Navigation } from './Navigation';

const shell = createFrontendModule({
  pluginId: 'app',
  extensions: [
    NavContentBlueprint.make({ params: { component: Navigation } }),
    SignInPageBlueprint.make({
      params: {
        loader: async () => (await import('./SignInPage')).TrialSignInPage,
      },
    }),
  ],
});

/** The app to try Evenkeel in. */
export default createApp({
  features: [
    shell,
    evenkeelPlugin,
    catalogPlugin,
    orgPlugin,
    searchPlugin,
    notificationsPlugin,
    signalsPlugin,
    userSettingsPlugin,
  ],
});
