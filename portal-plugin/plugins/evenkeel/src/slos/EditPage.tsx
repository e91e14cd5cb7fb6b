import type { Schemas, Versioned } from '@evenkeel/client';
import { PageBody, PageTitle, Shown } from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';

import { sloRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { SLOForm } from './SLOForm';
import { Writable } from './Writable';
import { useSLO } from './data';
import { draftOf } from './draft';
import { useKinds } from './form';

/** Edits an SLO. */
export function EditPage(props: { service: string; slo: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const slo = useSLO(props);
  const kinds = useKinds();
  const back = useRouteRef(sloRouteRef);
  return (
    <PageBody>
      <PageTitle
        title={t('slos.form.edit', { slo: slo.data?.value.name ?? props.slo })}
        back={
          back && {
            href: back(props),
            text: slo.data?.value.name ?? props.slo,
          }
        }
      />
      <Writable service={props.service}>
        <Shown what={t('slos.form.what')} read={slo}>
          {found => (
            <Shown what={t('slos.form.what')} read={kinds}>
              {all => <Edited kinds={all} found={found} />}
            </Shown>
          )}
        </Shown>
      </Writable>
    </PageBody>
  );
}

// What was typed stands on the version that was read when it began, whatever is read meanwhile.
function Edited(props: {
  kinds: readonly Schemas['SLOKind'][];
  found: Versioned<Schemas['SLO']>;
}) {
  const { found } = props;
  const [base, setBase] = useState(found);
  return (
    <SLOForm
      key={base.etag}
      service={base.value.service.slug}
      kinds={props.kinds}
      initial={draftOf(base.value)}
      existing={{
        slo: base.value.slug,
        etag: base.etag,
        version: base.value.version,
      }}
      theirs={found.etag === base.etag ? undefined : draftOf(found.value)}
      onReload={() => setBase(found)}
    />
  );
}
