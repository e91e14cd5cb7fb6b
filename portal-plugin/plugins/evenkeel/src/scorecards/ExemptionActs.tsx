import { value, type Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  RightButton,
  day,
  faultAt,
  ifSeen,
  refusalOf,
  useChange,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import styles from './scorecards.module.css';
import { useDecisionReason } from './useDecisionReason';

type Act = 'approve' | 'reject' | 'end';

/** What can be decided of an exemption, by whom. */
export function ExemptionActs(props: {
  exemption: Schemas['Exemption'];
  me: Schemas['Me'] | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { exemption, me } = props;
  const [act, setAct] = useState<Act>();
  const reasonOf = useDecisionReason();
  const refused = reasonOf(exemption);
  // Who asked takes it back; of one in force also others of the team, whom the API knows.
  const mine = me?.person?.id === exemption.personId;
  if (exemption.state !== 'waiting' && exemption.state !== 'in_force') {
    return null;
  }
  return (
    <div className={styles.actions}>
      {exemption.state === 'waiting' && !mine && (
        <>
          <RightButton
            size="small"
            variant="primary"
            reason={refused}
            onPress={() => setAct('approve')}
          >
            {t('scorecards.exempt.approve')}
          </RightButton>
          {refused === undefined && (
            <RightButton
              size="small"
              variant="secondary"
              reason={undefined}
              onPress={() => setAct('reject')}
            >
              {t('scorecards.exempt.reject')}
            </RightButton>
          )}
        </>
      )}
      {exemption.state === 'waiting' && mine && (
        <>
          <RightButton
            size="small"
            variant="secondary"
            reason={undefined}
            onPress={() => setAct('end')}
          >
            {t('scorecards.exempt.withdraw')}
          </RightButton>
          <Text variant="body-x-small" color="secondary">
            {t('scorecards.exempt.ownDecision')}
          </Text>
        </>
      )}
      {exemption.state === 'in_force' && (
        <RightButton
          size="small"
          variant="tertiary"
          reason={undefined}
          onPress={() => setAct('end')}
        >
          {t('scorecards.exempt.end')}
        </RightButton>
      )}
      {act && (
        <Decide
          act={act}
          exemption={exemption}
          onClose={() => setAct(undefined)}
        />
      )}
    </div>
  );
}

function Decide(props: {
  act: Act;
  exemption: Schemas['Exemption'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { act, exemption, onClose } = props;
  const [reason, setReason] = useState('');
  const decide = useChange(
    (api, body: Schemas['Reason']) => {
      const init = {
        params: { path: { exemption: exemption.id } },
        headers: ifSeen(exemption),
        body,
      };
      switch (act) {
        case 'approve':
          return value(api.POST('/v1/exemptions/{exemption}/approve', init));
        case 'reject':
          return value(api.POST('/v1/exemptions/{exemption}/reject', init));
        default:
          return value(api.POST('/v1/exemptions/{exemption}/end', init));
      }
    },
    { touches: [['exemptions'], ['scorecards']], onDone: onClose },
  );
  const refusal = refusalOf(decide.error, ['/reason']);
  const service = exemption.service.slug;
  return (
    <FormDialog
      open
      title={t(`scorecards.exempt.${act}Title`, { service })}
      submit={t(`scorecards.exempt.${act}`)}
      destructive={act !== 'approve'}
      pending={decide.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() => decide.mutate(reason ? { reason } : {})}
    >
      <LostRace error={decide.error} onReload={onClose} />
      <Text as="p" variant="body-small">
        {t('scorecards.exempt.approveNote', {
          check: exemption.checkTitle || exemption.check,
          service,
          until: day(exemption.until),
          reason: exemption.reason,
        })}
      </Text>
      <TextAreaField
        label={t('scorecards.exempt.decideReason')}
        description={t('scorecards.exempt.decideReasonHelp')}
        isRequired={act !== 'approve'}
        value={reason}
        onChange={setReason}
        {...faultAt(refusal, '/reason')}
      />
    </FormDialog>
  );
}
