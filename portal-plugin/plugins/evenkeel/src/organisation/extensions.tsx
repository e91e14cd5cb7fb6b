import {
  SubPageBlueprint,
  type ExtensionDefinition,
} from '@backstage/frontend-plugin-api';

import { organisationRouteRef } from '../routes';

const organisation = SubPageBlueprint.make({
  attachTo: { id: 'page:evenkeel', input: 'pages' },
  name: 'organisation',
  params: {
    path: 'organisation',
    title: 'Organisation',
    routeRef: organisationRouteRef,
    loader: () =>
      import('./OrganisationPage').then(m => <m.OrganisationPage />),
  },
});

export const organisationExtensions: ExtensionDefinition[] = [organisation];
