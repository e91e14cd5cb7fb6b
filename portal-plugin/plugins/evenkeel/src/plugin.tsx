import { evenkeelApi, evenkeelApiRef } from '@evenkeel/plugin-evenkeel-react';
import {
  ApiBlueprint,
  PageBlueprint,
  createFrontendPlugin,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/frontend-plugin-api';
import { RiShipLine } from '@remixicon/react';

import { homeExtensions } from './home/extensions';
import { incidentsExtensions } from './incidents/extensions';
import { issuesExtensions } from './issues/extensions';
import { organisationExtensions } from './organisation/extensions';
import { rootRouteRef } from './routes';
import { scorecardsExtensions } from './scorecards/extensions';
import { serviceExtensions } from './service/extensions';
import { slosExtensions } from './slos/extensions';
import { toilExtensions } from './toil/extensions';

const api = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: evenkeelApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: evenkeelApi,
    }),
});

// Its sub-pages are the tabs, in the order in which they stand below.
const page = PageBlueprint.make({
  params: {
    path: '/evenkeel',
    title: 'Evenkeel',
    icon: <RiShipLine />,
    routeRef: rootRouteRef,
  },
});

/** Evenkeel in Backstage. */
export const evenkeelPlugin = createFrontendPlugin({
  pluginId: 'evenkeel',
  title: 'Evenkeel',
  icon: <RiShipLine />,
  info: { packageJson: () => import('../package.json') },
  routes: { root: rootRouteRef },
  extensions: [
    api,
    page,
    ...homeExtensions,
    ...slosExtensions,
    ...scorecardsExtensions,
    ...toilExtensions,
    ...incidentsExtensions,
    ...organisationExtensions,
    ...issuesExtensions,
    ...serviceExtensions,
  ],
});
