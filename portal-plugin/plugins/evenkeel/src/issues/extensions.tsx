import {
  SubPageBlueprint,
  type ExtensionDefinition,
} from '@backstage/frontend-plugin-api';

import { issuesRouteRef } from '../routes';

export const issuesExtensions: ExtensionDefinition[] = [
  SubPageBlueprint.make({
    attachTo: { id: 'page:evenkeel', input: 'pages' },
    name: 'issues',
    params: {
      path: 'issues',
      title: 'Issues',
      routeRef: issuesRouteRef,
      loader: () => import('./IssuesPage').then(m => <m.IssuesPage />),
    },
  }),
];
