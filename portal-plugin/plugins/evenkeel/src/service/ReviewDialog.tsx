import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  faultAt,
  raced,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Radio, RadioGroup, Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { newer } from '../acts/newer';
import { useActReason } from '../acts/reason';
import { evenkeelTranslationRef } from '../translation';
import { useGateOverride, useReviewOverride } from './data';

/** Says of an override of somebody else whether it was justified. */
export function ReviewDialog(props: {
  service: string;
  /** As it was when the dialog was opened. */
  override: Schemas['GateOverride'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, onClose } = props;
  const read = useGateOverride(service, props.override.id);
  const override = newer(props.override, read.data);
  const [justified, setJustified] = useState(true);
  const [note, setNote] = useState('');
  // The version that was looked at, until its author goes on from theirs.
  const [etag, setEtag] = useState(`"${props.override.version}"`);
  const review = useReviewOverride(service, override.id, onClose);
  const found =
    override.review &&
    t(
      override.review.justified
        ? 'service.gate.justified'
        : 'service.gate.unjustified',
      { who: override.review.by, note: override.review.note },
    );
  const refused = useActReason()(override, 'review', {
    already_reviewed: found,
  });
  const refusal = refusalBesideRace(review.error, ['/note']);
  return (
    <FormDialog
      title={t('service.gate.reviewTitle')}
      open
      onClose={onClose}
      pending={review.isPending}
      refusal={refusal}
      overtaken={raced(review.error) ? undefined : refused}
      submit={t('service.gate.review')}
      onSubmit={() => review.mutate({ etag, body: { justified, note } })}
    >
      <LostRace
        error={review.error}
        keeps
        onReload={() => {
          setEtag(`"${override.version}"`);
          review.reset();
        }}
      >
        {found && <p>{found}</p>}
      </LostRace>
      <Text as="p">
        {t('service.gate.liftedBy', {
          who: override.madeBy,
          reason: override.reason,
        })}
      </Text>
      <RadioGroup
        label={t('service.gate.finding')}
        orientation="horizontal"
        value={justified ? 'yes' : 'no'}
        onChange={to => setJustified(to === 'yes')}
      >
        <Radio value="yes">{t('service.gate.findingYes')}</Radio>
        <Radio value="no">{t('service.gate.findingNo')}</Radio>
      </RadioGroup>
      <TextAreaField
        label={t('service.gate.found')}
        rows={3}
        value={note}
        onChange={setNote}
        {...faultAt(refusal, '/note')}
      />
    </FormDialog>
  );
}
