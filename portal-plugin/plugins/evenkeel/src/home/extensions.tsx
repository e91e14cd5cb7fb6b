import {
  SubPageBlueprint,
  type ExtensionDefinition,
} from '@backstage/frontend-plugin-api';

import { homeRouteRef } from '../routes';

const home = SubPageBlueprint.make({
  attachTo: { id: 'page:evenkeel', input: 'pages' },
  name: 'home',
  params: {
    path: 'home',
    title: 'Home',
    routeRef: homeRouteRef,
    loader: () => import('./HomePage').then(m => <m.HomePage />),
  },
});

export const homeExtensions: ExtensionDefinition[] = [home];
