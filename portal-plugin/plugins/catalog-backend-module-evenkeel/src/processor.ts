import type { Entity } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import type { CatalogProcessor } from '@backstage/plugin-catalog-node';
import {
  KIND_ANNOTATION,
  SERVICE_ANNOTATION,
  TIER_ANNOTATION,
} from '@evenkeel/plugin-evenkeel-common';

const kinds = ['http', 'grpc', 'pipeline', 'batch', 'stateful', 'llm'];

// What is right of each annotation, and how it is said where it is not.
const rules: { name: string; right: RegExp; words: string }[] = [
  {
    name: SERVICE_ANNOTATION,
    right: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    words:
      'it has to be the short name of a service: lower-case letters, digits and hyphens, at most 63, such as "checkout"',
  },
  {
    name: TIER_ANNOTATION,
    right: /^[1-4]$/,
    words: 'it has to be "1", the most critical, "2", "3" or "4"',
  },
  {
    name: KIND_ANNOTATION,
    right: new RegExp(`^(${kinds.join('|')})$`),
    words: `it has to be one of ${kinds.map(kind => `"${kind}"`).join(', ')}`,
  },
];

/**
 * Refuses entities with annotations of Evenkeel that are wrong, so that who wrote them is told
 * where they look: at the entity's page. It changes and emits nothing.
 */
export class AnnotationProcessor implements CatalogProcessor {
  getProcessorName(): string {
    return 'EvenkeelAnnotationProcessor';
  }

  async postProcessEntity(entity: Entity): Promise<Entity> {
    const faults = rules.flatMap(({ name, right, words }) => {
      const value = entity.metadata.annotations?.[name];
      return value === undefined || right.test(value.trim())
        ? []
        : [`the annotation ${name} is "${value.slice(0, 64)}": ${words}`];
    });
    if (faults.length > 0) {
      throw new InputError(faults.join('; '));
    }
    return entity;
  }
}
