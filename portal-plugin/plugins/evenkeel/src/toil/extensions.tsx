import {
  SubPageBlueprint,
  type ExtensionDefinition,
} from '@backstage/frontend-plugin-api';

import { toilRouteRef } from '../routes';

export const toilExtensions: ExtensionDefinition[] = [
  SubPageBlueprint.make({
    attachTo: { id: 'page:evenkeel', input: 'pages' },
    name: 'toil',
    params: {
      path: 'toil',
      title: 'Toil',
      routeRef: toilRouteRef,
      loader: () => import('./ToilPage').then(m => <m.ToilPage />),
    },
  }),
];
