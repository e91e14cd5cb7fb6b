import {
  FormDialog,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { NumberField, Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useOverride } from './data';

/** Lifts the freezes of a service for some hours, with a reason. */
export function OverrideDialog(props: {
  service: string;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [reason, setReason] = useState('');
  const [hours, setHours] = useState(4);
  const override = useOverride(props.service, props.onClose);
  const refusal = refusalOf(override.error, ['/reason', '/until']);
  return (
    <FormDialog
      title={t('service.gate.overrideTitle')}
      open
      onClose={props.onClose}
      pending={override.isPending}
      refusal={refusal}
      submit={t('service.gate.override')}
      destructive
      onSubmit={() =>
        override.mutate({
          reason,
          // Without hours, the API says what is missing.
          until: Number.isFinite(hours)
            ? new Date(Date.now() + hours * 3_600_000).toISOString()
            : '',
        })
      }
    >
      <Text as="p">{t('service.gate.overrideText')}</Text>
      <TextAreaField
        label={t('service.gate.reason')}
        isRequired
        rows={3}
        value={reason}
        onChange={setReason}
        {...faultAt(refusal, '/reason')}
      />
      <NumberField
        label={t('service.gate.hours')}
        description={t('service.gate.hoursNote')}
        minValue={0.5}
        maxValue={24}
        step={0.5}
        value={hours}
        onChange={setHours}
        {...faultAt(refusal, '/until')}
      />
    </FormDialog>
  );
}
