import { value, type Schemas } from '@evenkeel/client';
import {
  DayField,
  FormDialog,
  faultAt,
  refusalOf,
  useChange,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text, TextAreaField, TextField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { dayIn, startOf } from './days';

/** Asks that a service be excused from a check for a time. */
export function AskExemption(props: {
  scorecard: string;
  service: string;
  check: Pick<Schemas['CheckResult'], 'id' | 'title'>;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard, service, check, onClose } = props;
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(dayIn(30));
  const [link, setLink] = useState('');
  const ask = useChange(
    (api, body: Schemas['ExemptionInput']) =>
      value(api.POST('/v1/exemptions', { body })),
    { touches: [['exemptions'], ['scorecards']], onDone: onClose },
  );
  const refusal = refusalOf(ask.error, ['/reason', '/until', '/link']);
  return (
    <FormDialog
      open
      title={t('scorecards.exempt.askTitle', { check: check.title })}
      submit={t('scorecards.exempt.send')}
      pending={ask.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() =>
        ask.mutate({
          scorecard,
          service,
          check: check.id,
          reason,
          until: startOf(until),
          ...(link && { link }),
        })
      }
    >
      <Text as="p" variant="body-small" color="secondary">
        {t('scorecards.exempt.askNote')}
      </Text>
      <TextAreaField
        label={t('scorecards.exempt.reason')}
        description={t('scorecards.exempt.reasonHelp', { service })}
        isRequired
        value={reason}
        onChange={setReason}
        {...faultAt(refusal, '/reason')}
      />
      <DayField
        label={t('scorecards.exempt.until')}
        description={t('scorecards.exempt.untilHelp')}
        isRequired
        value={until}
        onChange={setUntil}
        fault={refusal.at('/until')}
      />
      <TextField
        label={t('scorecards.exempt.link')}
        description={t('scorecards.exempt.linkHelp')}
        value={link}
        onChange={setLink}
        {...faultAt(refusal, '/link')}
      />
    </FormDialog>
  );
}
