import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  faultAt,
  refusalOf,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { SecondPerson } from './SecondPerson';
import { Theirs } from './Theirs';
import { needsApproval, usePropose } from './acts';
import { useLife } from './data';
import { draftOf } from './draft';

/** Retires an SLO, or restores it, with a reason. */
export function LifeDialog(props: {
  slo: Schemas['SLO'];
  etag: string;
  act: 'retire' | 'restore';
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo, act, onClose } = props;
  // What they changed is shown before it is gone over: the version is the one that was looked at.
  const [etag, setEtag] = useState(props.etag);
  const [looked, setLooked] = useState(slo);
  const [reason, setReason] = useState('');
  const life = useLife({ service: slo.service.slug, slo: slo.slug }, act);
  const asks = needsApproval(life.error);
  const refusal = refusalBesideRace(asks ? null : life.error, ['/reason']);
  const of = { service: slo.service.slug, slo: slo.slug };
  const propose = usePropose(of, onClose);
  const [why, setWhy] = useState('');
  const refused = refusalOf(propose.error, ['/reason']);
  return (
    <FormDialog
      title={t(`slos.life.${act}Title`, { name: slo.name })}
      open
      onClose={onClose}
      pending={life.isPending || propose.isPending}
      refusal={asks ? refused : refusal}
      submit={t(asks ? 'slos.proposals.propose' : `slos.life.${act}`)}
      destructive={act === 'retire' && !asks}
      onSubmit={() =>
        asks
          ? propose.mutate({
              reason: why,
              retirement: { ...of, version: looked.version, reason },
            })
          : life.mutate({ etag, reason }, { onSuccess: onClose })
      }
    >
      <LostRace
        error={life.error}
        keeps
        onReload={() => {
          setEtag(props.etag);
          setLooked(slo);
          life.reset();
        }}
      >
        <Theirs before={draftOf(looked)} after={draftOf(slo)} />
      </LostRace>
      <Text as="p">{t(`slos.life.${act}Text`)}</Text>
      <TextAreaField
        label={t('slos.life.reason')}
        isRequired
        rows={3}
        value={reason}
        onChange={setReason}
        {...faultAt(refusal, '/reason')}
      />
      <SecondPerson
        error={life.error}
        why={why}
        onWhy={setWhy}
        refusal={refused}
      />
    </FormDialog>
  );
}
