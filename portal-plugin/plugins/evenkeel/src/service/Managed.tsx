import type { Schemas } from '@evenkeel/client';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';

/** The words of fields that a catalog may keep. */
const words = [
  ...(['contact', 'dashboard', 'description', 'docs', 'kind'] as const),
  ...(['lifecycle', 'name', 'onCall', 'repository', 'runbook'] as const),
  ...(['slug', 'system', 'team', 'tier'] as const),
];

/** Which fields of a service are kept in the catalog, and can be changed there alone. */
export function Managed(props: { service: Schemas['Service'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const fields = props.service.managed
    .filter(({ manager }) => manager === 'catalog')
    .map(({ field }) => {
      const word = words.find(one => one === field);
      return word ? t(`service.managed.fields.${word}`) : field;
    });
  if (fields.length === 0) {
    return null;
  }
  return (
    <Text as="p" variant="body-small" color="secondary">
      {t('service.managed.catalog', { fields: fields.sort().join(', ') })}
    </Text>
  );
}
