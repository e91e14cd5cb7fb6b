// The plugin by itself, without a backend and without sign-in: `yarn start`, with the API that
// dev/serve.mjs leads to.
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { createDevApp } from '@backstage/frontend-dev-utils';

import evenkeelPlugin from '../src';

const entities = [
  'checkout',
  'ledger',
  'search-api',
  'unknown-to-evenkeel',
].map(name => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default' },
  spec: { type: 'service', lifecycle: 'production', owner: 'group:payments' },
}));

createDevApp({
  features: [
    catalogPlugin.withOverrides({
      extensions: [
        catalogPlugin.getExtension('api:catalog').override({
          params: defineParams =>
            defineParams({
              api: catalogApiRef,
              deps: {},
              factory: () => catalogApiMock({ entities }),
            }),
        }),
      ],
    }),
    evenkeelPlugin,
  ],
});
