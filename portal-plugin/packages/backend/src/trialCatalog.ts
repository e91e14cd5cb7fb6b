import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
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
import { plainEntities } from 'trial/plain';

const location = 'trial:packages/trial/src/world.ts';

const providerOf = (plain: number): EntityProvider => ({
  getProviderName: () => 'trial',
  async connect(connection: EntityProviderConnection) {
    const entities = [...catalogEntities(), ...plainEntities(plain)];
    await connection.applyMutation({
      type: 'full',
      entities: entities.map(entity => ({
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
});

/**
 * The catalog of the trial: its people, teams, systems and services, and as many plain services
 * more as `trial.plainServices` of the configuration says.
 */
export const trialCatalog = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'trial',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        processing: catalogProcessingExtensionPoint,
      },
      async init({ config, processing }) {
        const plain = config.getOptionalNumber('trial.plainServices') ?? 0;
        processing.addEntityProvider(providerOf(plain));
      },
    });
  },
});
