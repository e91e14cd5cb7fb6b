import {
  SubPageBlueprint,
  type ExtensionDefinition,
} from '@backstage/frontend-plugin-api';

import { scorecardsRouteRef } from '../routes';

const scorecards = SubPageBlueprint.make({
  attachTo: { id: 'page:evenkeel', input: 'pages' },
  name: 'scorecards',
  params: {
    path: 'scorecards',
    title: 'Scorecards',
    routeRef: scorecardsRouteRef,
    loader: () => import('./ScorecardsPage').then(m => <m.ScorecardsPage />),
  },
});

export const scorecardsExtensions: ExtensionDefinition[] = [scorecards];
