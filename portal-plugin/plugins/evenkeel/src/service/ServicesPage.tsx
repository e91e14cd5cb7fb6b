import {
  EvenkeelRoot,
  PageBody,
  PageTitle,
  Shown,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Route, Routes, useParams } from 'react-router-dom';

import { servicesRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { ServiceList } from './ServiceList';
import { ServiceView } from './ServiceView';
import { WithoutEntity } from './WithoutEntity';
import { useService } from './data';

/** The services, and the page of each, also of those that no entity of the catalog is. */
export function ServicesPage() {
  return (
    <EvenkeelRoot>
      <Routes>
        <Route path="/" element={<ServiceList />} />
        <Route path="/:service" element={<OfSlug />} />
      </Routes>
    </EvenkeelRoot>
  );
}

function OfSlug() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service: slug = '' } = useParams();
  const service = useService(slug);
  const list = useRouteRef(servicesRouteRef);
  return (
    <PageBody>
      <PageTitle
        title={service.data?.value.name ?? slug}
        back={list && { href: list(), text: t('service.list.title') }}
      />
      <Shown what={t('service.what')} read={service}>
        {found => (
          <>
            <WithoutEntity service={found.value} />
            <ServiceView key={found.value.slug} service={found.value} />
          </>
        )}
      </Shown>
    </PageBody>
  );
}
