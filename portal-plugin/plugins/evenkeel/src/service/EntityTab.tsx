import {
  EvenkeelRoot,
  PageBody,
  Shown,
  problemIn,
} from '@evenkeel/plugin-evenkeel-react';
import { serviceOf } from '@evenkeel/plugin-evenkeel-common';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';

import { evenkeelTranslationRef } from '../translation';
import { ServiceView } from './ServiceView';
import { UnknownService } from './UnknownService';
import { useService } from './data';

/** What Evenkeel knows of the service that an entity is. */
export function EntityTab() {
  return (
    <EvenkeelRoot>
      <OfEntity />
    </EvenkeelRoot>
  );
}

function OfEntity() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { entity } = useEntity();
  const slug = serviceOf(entity);
  const service = useService(slug);
  return (
    <PageBody inside>
      {problemIn(service.error)?.status === 404 ? (
        <UnknownService entity={entity} slug={slug} />
      ) : (
        <Shown what={t('service.what')} read={service}>
          {found => <ServiceView service={found.value} />}
        </Shown>
      )}
    </PageBody>
  );
}
