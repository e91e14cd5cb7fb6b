import type { Schemas } from '@evenkeel/client';
import { Snippet } from '@evenkeel/plugin-evenkeel-react';
import { SERVICE_ANNOTATION } from '@evenkeel/plugin-evenkeel-common';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex, Text } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { useCatalogTold } from './data';

/**
 * Says of a service that no entity of the catalog is it, where the catalog tells Evenkeel of any, and how one is linked to it: such as one
 * that was called otherwise, where Evenkeel could not be sure of that.
 */
export function WithoutEntity(props: { service: Schemas['Service'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { entity, retiredAt, slug } = props.service;
  const needed = !entity && !retiredAt;
  const told = useCatalogTold(needed);
  if (!needed || !told.data) {
    return null;
  }
  return (
    <Flex direction="column" gap="2">
      <Text as="p" variant="body-small" color="secondary">
        {t('service.withoutEntity')}
      </Text>
      <Snippet
        text={`metadata:\n  annotations:\n    ${SERVICE_ANNOTATION}: ${slug}`}
      />
    </Flex>
  );
}
