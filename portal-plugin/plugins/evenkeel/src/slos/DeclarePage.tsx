import { PageBody, PageTitle, Shown } from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';

import { serviceRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { SLOForm } from './SLOForm';
import { Writable } from './Writable';
import { newDraft } from './draft';
import { useKinds } from './form';

/** Declares an SLO of a service. */
export function DeclarePage(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service } = props;
  const kinds = useKinds();
  const back = useRouteRef(serviceRouteRef);
  return (
    <PageBody>
      <PageTitle
        title={t('slos.form.declare', { service })}
        back={back && { href: back({ service }), text: service }}
      />
      <Writable service={service}>
        <Shown what={t('slos.form.what')} read={kinds}>
          {all => (
            <SLOForm service={service} kinds={all} initial={newDraft(all[0])} />
          )}
        </Shown>
      </Writable>
    </PageBody>
  );
}
