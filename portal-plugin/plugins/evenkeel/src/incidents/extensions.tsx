import {
  SubPageBlueprint,
  type ExtensionDefinition,
} from '@backstage/frontend-plugin-api';

import { incidentsRouteRef } from '../routes';

export const incidentsExtensions: ExtensionDefinition[] = [
  SubPageBlueprint.make({
    attachTo: { id: 'page:evenkeel', input: 'pages' },
    name: 'incidents',
    params: {
      path: 'incidents',
      title: 'Incidents',
      routeRef: incidentsRouteRef,
      loader: () => import('./IncidentsPage').then(m => <m.IncidentsPage />),
    },
  }),
];
