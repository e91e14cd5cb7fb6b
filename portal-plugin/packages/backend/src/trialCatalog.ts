import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
} from '@backstage/catalog-model';
import {
  catalogProcessingExtensionPoint,
  type EntityProvider,
  type EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import { catalogEntities } from 'trial';

const location = 'trial:packages/trial/src/world.ts';

const provider: EntityProvider = {
  getProviderName: () => 'trial',
  async connect(connection: EntityProviderConnection) {
    await connection.applyMutation({
      type: 'full',
      entities: catalogEntities().map(entity => ({
        locationKey: 'trial',
        entity: {
          ...entity,
          metadata: {
            ...entity.metadata,
            annotations: {
              ...entity.metadata.annotations,
              [ANNOTATION_LOCATION]: location,
              [ANNOTATION_ORIGIN_LOCATION]: location,
            },
          },
        },
      })),
    });
  },
};

/** The catalog of the trial: its people, teams, systems and services. */
export const trialCatalog = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'trial',
  register(env) {
    env.registerInit({
      deps: { processing: catalogProcessingExtensionPoint },
      async init({ processing }) {
        processing.addEntityProvider(provider);
      },
    });
  },
});
