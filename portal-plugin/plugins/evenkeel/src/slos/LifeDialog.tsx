import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  faultAt,
  problemIn,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { Theirs } from './Theirs';
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
  const lost = problemIn(life.error)?.code === 'version_mismatch';
  const refusal = refusalOf(lost ? null : life.error, ['/reason']);
  return (
    <FormDialog
      title={t(`slos.life.${act}Title`, { name: slo.name })}
      open
      onClose={onClose}
      pending={life.isPending}
      refusal={refusal}
      submit={t(`slos.life.${act}`)}
      destructive={act === 'retire'}
      onSubmit={() => life.mutate({ etag, reason }, { onSuccess: onClose })}
    >
      <LostRace
        error={life.error}
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
    </FormDialog>
  );
}
