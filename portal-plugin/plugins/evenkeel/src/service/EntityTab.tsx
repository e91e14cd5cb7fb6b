import { EvenkeelRoot, PageBody, Shown } from '@evenkeel/plugin-evenkeel-react';
import { serviceOf } from '@evenkeel/plugin-evenkeel-common';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';

import { evenkeelTranslationRef } from '../translation';
import { ServiceView } from './ServiceView';
import { UnknownService } from './UnknownService';
import { useKnown } from './data';

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
  const service = useKnown(slug);
  return (
    <PageBody inside>
      <Shown what={t('service.what')} read={service}>
        {found =>
          found ? (
            <ServiceView key={found.slug} service={found} />
          ) : (
            <UnknownService entity={entity} slug={slug} />
          )
        }
      </Shown>
    </PageBody>
  );
}
