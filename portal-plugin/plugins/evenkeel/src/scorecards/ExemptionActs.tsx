import { value, type Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  RightButton,
  day,
  faultAt,
  ifSeen,
  raced,
  refusalBesideRace,
  useChange,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { newer } from '../acts/newer';
import { allows, useActReason } from '../acts/reason';
import { sentence } from '../sentence';
import { evenkeelTranslationRef } from '../translation';
import { useDecisionReason, useTeamReason } from './reasons';
import styles from './scorecards.module.css';

type Exemption = Schemas['Exemption'];

/** What is decided of an exemption. */
export type Decision = 'approve' | 'reject' | 'end';

/** What can be decided of an exemption, by whom; nothing of one that is over. */
export function ExemptionActs(props: {
  exemption: Exemption;
  onAct: (act: Decision) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { exemption, onAct } = props;
  const decides = useDecisionReason();
  const ends = useTeamReason(exemption, 'end', team =>
    t('scorecards.exempt.notMemberOf', { team }),
  );
  switch (exemption.state) {
    case 'waiting': {
      const approves = decides(exemption, 'approve');
      const rejects = decides(exemption, 'reject');
      return (
        <div className={styles.actions}>
          <RightButton
            size="small"
            variant="primary"
            reason={approves}
            // Of two that are refused for the same reason, the last one says it.
            said={approves === rejects}
            onPress={() => onAct('approve')}
          >
            {t('scorecards.exempt.approve')}
          </RightButton>
          <RightButton
            size="small"
            variant="secondary"
            reason={rejects}
            onPress={() => onAct('reject')}
          >
            {t('scorecards.exempt.reject')}
          </RightButton>
          {/* Who asked has this instead of a decision; for others it is none. */}
          {allows(exemption, 'end') && (
            <RightButton
              size="small"
              variant="secondary"
              reason={ends}
              said={ends === rejects}
              onPress={() => onAct('end')}
            >
              {t('scorecards.exempt.withdraw')}
            </RightButton>
          )}
        </div>
      );
    }
    case 'in_force':
      return (
        <div className={styles.actions}>
          <RightButton
            size="small"
            variant="secondary"
            reason={ends}
            onPress={() => onAct('end')}
          >
            {t('scorecards.exempt.end')}
          </RightButton>
        </div>
      );
    default:
      return null;
  }
}

/** Decides on an exemption, or ends it, with the reason. */
export function DecideDialog(props: {
  act: Decision;
  /** As it was when the dialog was opened. */
  exemption: Exemption;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { act, onClose } = props;
  const read = useRead(
    ['exemptions', 'one', props.exemption.id],
    (api, signal) =>
      value(
        api.GET('/v1/exemptions/{exemption}', {
          params: { path: { exemption: props.exemption.id } },
          signal,
        }),
      ),
  );
  const exemption = newer(props.exemption, read.data);
  // What is decided on is the exemption as it was looked at, until its reader goes on from theirs.
  const [seen, setSeen] = useState(props.exemption);
  const [reason, setReason] = useState('');
  const decide = useChange(
    (api, body: Schemas['Reason']) => {
      const init = {
        params: { path: { exemption: seen.id } },
        headers: ifSeen(seen),
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
  const refused = useActReason()(exemption, act);
  const { approval, ended } = exemption;
  const theirs = [
    refused,
    approval &&
      sentence(t('scorecards.exempt.approvedBy', { by: approval.by })),
    ended?.by &&
      sentence(
        t('scorecards.exempt.endedBy', { by: ended.by, reason: ended.reason }),
      ),
  ]
    .filter(Boolean)
    .join(' ');
  const refusal = refusalBesideRace(decide.error, ['/reason']);
  const service = exemption.service.slug;
  return (
    <FormDialog
      open
      title={t(`scorecards.exempt.${act}Title`, { service })}
      submit={t(`scorecards.exempt.${act}`)}
      destructive={act !== 'approve'}
      pending={decide.isPending}
      refusal={refusal}
      overtaken={refused && !raced(decide.error) ? theirs : undefined}
      onClose={onClose}
      onSubmit={() => decide.mutate(reason ? { reason } : {})}
    >
      <LostRace
        error={decide.error}
        keeps
        onReload={() => {
          setSeen(exemption);
          decide.reset();
        }}
      >
        {exemption.version > seen.version && theirs && <p>{theirs}</p>}
      </LostRace>
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
