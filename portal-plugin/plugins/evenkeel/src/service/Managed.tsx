import type { Schemas } from '@evenkeel/client';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';

import { WhereKept } from '../kept/Kept';
import { setOf } from '../kept/data';
import { evenkeelTranslationRef } from '../translation';

/** The words of fields that a catalog or a set of manifests may keep. */
const words = [
  ...(['annotations', 'contact', 'dashboard', 'dependsOn'] as const),
  ...(['description', 'docs', 'kind', 'labels', 'lifecycle', 'name'] as const),
  ...(['onCall', 'repository', 'runbook', 'slug', 'system'] as const),
  ...(['team', 'tier'] as const),
];

/** Which fields of a service are kept elsewhere, and can be changed there alone. */
export function Managed(props: { service: Schemas['Service'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { id, managed } = props.service;
  const managers = [...new Set(managed.map(of => of.manager))].sort();
  const fieldsOf = (manager: string) =>
    managed
      .filter(of => of.manager === manager)
      .map(({ field }) => {
        const word = words.find(one => one === field);
        return word ? t(`service.managed.fields.${word}`) : field;
      })
      .sort()
      .join(', ');
  return (
    <>
      {managers.map(manager => {
        const set = setOf(manager);
        const fields = fieldsOf(manager);
        return (
          <Text key={manager} as="p" variant="body-small" color="secondary">
            {set === undefined ? (
              t('service.managed.catalog', { fields })
            ) : (
              <>
                {t('service.managed.set', { fields, set })}{' '}
                <WhereKept kind="Service" of={{ id, manager }} />
              </>
            )}
          </Text>
        );
      })}
    </>
  );
}
