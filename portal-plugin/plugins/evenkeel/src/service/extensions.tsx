import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import {
  SubPageBlueprint,
  type ExtensionDefinition,
} from '@backstage/frontend-plugin-api';

import { servicesRouteRef } from '../routes';

const components = { kind: 'component' };

export const serviceExtensions: ExtensionDefinition[] = [
  EntityContentBlueprint.make({
    params: {
      path: '/evenkeel',
      title: 'Reliability',
      filter: components,
      loader: () => import('./EntityTab').then(m => <m.EntityTab />),
    },
  }),
  EntityCardBlueprint.make({
    name: 'slos',
    params: {
      filter: components,
      loader: () => import('./EntityCards').then(m => <m.SLOsCard />),
    },
  }),
  EntityCardBlueprint.make({
    name: 'scorecard',
    params: {
      filter: components,
      loader: () => import('./EntityCards').then(m => <m.ScorecardCard />),
    },
  }),
  EntityCardBlueprint.make({
    name: 'incidents',
    params: {
      filter: components,
      loader: () => import('./EntityCards').then(m => <m.IncidentsCard />),
    },
  }),
  SubPageBlueprint.make({
    attachTo: { id: 'page:evenkeel', input: 'pages' },
    name: 'services',
    params: {
      path: 'services',
      title: 'Services',
      routeRef: servicesRouteRef,
      loader: () => import('./ServicesPage').then(m => <m.ServicesPage />),
    },
  }),
];
