import type { Schemas, Versioned } from '@evenkeel/client';
import {
  Nothing,
  PageBody,
  PageTitle,
  Shown,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';

import { DraftOffer } from '../drafts/DraftOffer';
import { useDrafts } from '../drafts/drafts';
import { Kept, WhereKept } from '../kept/Kept';
import { useKept } from '../kept/data';
import { sloRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { SLOForm } from './SLOForm';
import { differences } from './Theirs';
import { Writable } from './Writable';
import { useSLO } from './data';
import { bodyOf, draftOf, unsavedIn, type Draft } from './draft';
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
              {all => (
                // Of another SLO nothing is typed yet.
                <Edited key={found.value.id} kinds={all} found={found} />
              )}
            </Shown>
          )}
        </Shown>
      </Writable>
    </PageBody>
  );
}

/** What the form stands on: the version that it began from, and what was typed of it before. */
type Base = { initial: Draft; begun?: Draft; etag: string; version: number };

function baseOf(found: Versioned<Schemas['SLO']>): Base {
  const { value, etag } = found;
  return { initial: draftOf(value), etag, version: value.version };
}

function isDeclared(draft: Draft, slo: Schemas['SLO']): boolean {
  return differences(bodyOf(draft), bodyOf(draftOf(slo))).length === 0;
}

// What was typed stands on the version that was read when it began, whatever is read meanwhile.
function Edited(props: {
  kinds: readonly Schemas['SLOKind'][];
  found: Versioned<Schemas['SLO']>;
}) {
  const { found } = props;
  const { id, slug, service } = found.value;
  const keeper = useKept(found.value);
  // Who typed before it was kept keeps what they typed.
  const [wasKept] = useState(keeper !== undefined);
  const [base, setBase] = useState(() => baseOf(found));
  const drafts = useDrafts(`slo/${id}`, kept => {
    const unsaved = unsavedIn(kept);
    // What is saved by now is a draft no more.
    return unsaved && isDeclared(unsaved.draft, found.value)
      ? undefined
      : unsaved;
  });
  if (keeper !== undefined && wasKept) {
    return (
      <Nothing title={keeper}>
        <WhereKept kind="SLO" of={found.value} />
      </Nothing>
    );
  }
  if (drafts.offered) {
    return (
      <DraftOffer
        drafts={drafts}
        onGoOn={({ draft, was, etag, version }) =>
          setBase({
            initial: was,
            begun: draft,
            etag: etag ?? base.etag,
            version: version ?? base.version,
          })
        }
      />
    );
  }
  return (
    <>
      <Kept kind="SLO" of={found.value} typed />
      <SLOForm
        key={base.etag}
        service={service.slug}
        kinds={props.kinds}
        initial={base.initial}
        begun={base.begun}
        drafts={drafts}
        existing={{ slo: slug, etag: base.etag, version: base.version }}
        // Another version may declare the same, such as one that a set came to keep.
        theirs={
          isDeclared(base.initial, found.value)
            ? undefined
            : draftOf(found.value)
        }
        onReload={() => setBase(baseOf(found))}
      />
    </>
  );
}
