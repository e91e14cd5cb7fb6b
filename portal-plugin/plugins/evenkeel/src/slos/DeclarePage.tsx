import type { Schemas } from '@evenkeel/client';
import { PageBody, PageTitle, Shown } from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';

import { DraftOffer } from '../drafts/DraftOffer';
import { useDrafts } from '../drafts/drafts';
import { serviceRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { SLOForm } from './SLOForm';
import { Writable } from './Writable';
import { newDraft, unsavedIn, type Unsaved } from './draft';
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
          {all => <Declared key={service} service={service} kinds={all} />}
        </Shown>
      </Writable>
    </PageBody>
  );
}

function Declared(props: {
  service: string;
  kinds: readonly Schemas['SLOKind'][];
}) {
  const { service, kinds } = props;
  const drafts = useDrafts(`new-slo/${service}`, unsavedIn);
  const [begun, setBegun] = useState<Unsaved>();
  if (drafts.offered) {
    return <DraftOffer drafts={drafts} onGoOn={setBegun} />;
  }
  return (
    <SLOForm
      service={service}
      kinds={kinds}
      initial={begun?.was ?? newDraft(kinds[0])}
      begun={begun?.draft}
      drafts={drafts}
    />
  );
}
