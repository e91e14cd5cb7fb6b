import { value, type Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  RightButton,
  belongs,
  day,
  faultAt,
  ifSeen,
  refusalOf,
  useChange,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useService } from '../service/data';
import styles from './scorecards.module.css';
import { useDecisionReason } from './useDecisionReason';

type Act = 'approve' | 'reject' | 'end';

/** What can be decided of an exemption, by whom; nothing of one that is over. */
export function ExemptionActs(props: {
  exemption: Schemas['Exemption'];
  me: Schemas['Me'] | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { exemption, me } = props;
  const [act, setAct] = useState<Act>();
  const refused = useDecisionReason()(exemption);
  const ends = useEndReason(exemption, me, refused);
  const mine = me?.person?.id === exemption.personId;
  if (exemption.state !== 'waiting' && exemption.state !== 'in_force') {
    return null;
  }
  return (
    <div className={styles.actions}>
      {exemption.state === 'waiting' && (
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
            <Button
              size="small"
              variant="secondary"
              onPress={() => setAct('reject')}
            >
              {t('scorecards.exempt.reject')}
            </Button>
          )}
          {mine && (
            <Button
              size="small"
              variant="secondary"
              onPress={() => setAct('end')}
            >
              {t('scorecards.exempt.withdraw')}
            </Button>
          )}
        </>
      )}
      {exemption.state === 'in_force' && (
        <RightButton
          size="small"
          variant="secondary"
          reason={ends}
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

/**
 * Why whoever is signed in may not end an exemption in force: that is for the service's team, and
 * for who could decide on it.
 */
function useEndReason(
  exemption: Schemas['Exemption'],
  me: Schemas['Me'] | undefined,
  refused: string | undefined,
): string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const asks = exemption.state === 'in_force' && refused !== undefined;
  const service = useService(asks ? exemption.service.slug : undefined);
  if (!asks) {
    return undefined;
  }
  if (service.data === undefined) {
    return service.error ? t('scorecards.exempt.notMember') : '';
  }
  const team = service.data.value.team.slug;
  return belongs(me, team)
    ? undefined
    : t('scorecards.exempt.notMemberOf', { team });
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
