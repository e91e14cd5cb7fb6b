import type { Schemas } from '@evenkeel/client';
import { Snippet } from '@evenkeel/plugin-evenkeel-react';
import { SERVICE_ANNOTATION } from '@evenkeel/plugin-evenkeel-common';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex, Text } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';

/**
 * Says of a service that no entity of the catalog is it, and how one is linked to it: such as one
 * that was called otherwise, where Evenkeel could not be sure of that.
 */
export function WithoutEntity(props: { service: Schemas['Service'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { entity, retiredAt, slug } = props.service;
  if (entity || retiredAt) {
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
