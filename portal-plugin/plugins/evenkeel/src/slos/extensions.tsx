import {
  SubPageBlueprint,
  type ExtensionDefinition,
} from '@backstage/frontend-plugin-api';

import { slosRouteRef } from '../routes';

export const slosExtensions: ExtensionDefinition[] = [
  SubPageBlueprint.make({
    attachTo: { id: 'page:evenkeel', input: 'pages' },
    name: 'slos',
    params: {
      path: 'slos',
      title: 'SLOs',
      routeRef: slosRouteRef,
      loader: () => import('./SLOsPage').then(m => <m.SLOsPage />),
    },
  }),
];
