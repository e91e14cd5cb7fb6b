import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  faultAt,
  problemIn,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Radio, RadioGroup, Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useReviewOverride } from './data';

/** Says of an override of somebody else whether it was justified. */
export function ReviewDialog(props: {
  service: string;
  override: Schemas['GateOverride'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, override, onClose } = props;
  const [justified, setJustified] = useState(true);
  const [note, setNote] = useState('');
  // The version that was looked at, until its author begins again from theirs.
  const [etag, setEtag] = useState(`"${override.version}"`);
  const review = useReviewOverride(service, override.id, onClose);
  const lost = problemIn(review.error)?.code === 'version_mismatch';
  const refusal = refusalOf(lost ? null : review.error, ['/note']);
  return (
    <FormDialog
      title={t('service.gate.reviewTitle')}
      open
      onClose={onClose}
      pending={review.isPending}
      refusal={refusal}
      submit={t('service.gate.review')}
      onSubmit={() => review.mutate({ etag, body: { justified, note } })}
    >
      <LostRace
        error={review.error}
        onReload={() => {
          setEtag(`"${override.version}"`);
          review.reset();
        }}
      >
        {override.review && (
          <p>
            {t(
              override.review.justified
                ? 'service.gate.justified'
                : 'service.gate.unjustified',
              { who: override.review.by, note: override.review.note },
            )}
          </p>
        )}
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
