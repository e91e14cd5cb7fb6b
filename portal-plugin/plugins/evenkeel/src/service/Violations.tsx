import type { Schemas } from '@evenkeel/client';
import {
  DayField,
  FormDialog,
  LostRace,
  More,
  RightButton,
  Row,
  Rows,
  Section,
  Word,
  ago,
  belongs,
  day,
  faultAt,
  problemIn,
  refusalOf,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { SLOLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import { useAcknowledge, useDispute, useViolations } from './data';
import styles from './service.module.css';

type Doing = { act: 'acknowledge' | 'dispute'; violation: string };

/** The violations of a service that are open; nothing where there is none. */
export function Violations(props: { service: string; team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, team } = props;
  const violations = useViolations(service);
  const me = useMe();
  const [doing, setDoing] = useState<Doing>();
  const found = violations.data ?? [];
  if (found.length === 0) {
    return null;
  }
  const reason = belongs(me.data, team)
    ? undefined
    : t('slos.page.notYours', { team });
  const of = found.find(v => v.id === doing?.violation);
  return (
    <Section
      title={t('service.violations.title')}
      note={t('service.violations.note')}
    >
      <Rows label={t('service.violations.title')}>
        {found.map(v => (
          <Row
            key={v.id}
            sub={<Handling violation={v} />}
            end={
              <span className={styles.buttons}>
                <RightButton
                  size="small"
                  variant="secondary"
                  reason={reason}
                  onPress={() =>
                    setDoing({ act: 'acknowledge', violation: v.id })
                  }
                >
                  {t('service.violations.acknowledge')}
                </RightButton>
                <RightButton
                  size="small"
                  variant="tertiary"
                  reason={reason}
                  onPress={() => setDoing({ act: 'dispute', violation: v.id })}
                >
                  {t('service.violations.dispute')}
                </RightButton>
              </span>
            }
          >
            <Word tone={v.mode === 'enforce' ? 'bad' : 'warning'}>
              {t(`service.violations.mode.${v.mode}`)}
            </Word>{' '}
            <SLOLink service={v.service.slug} slo={v.slo.slug} />{' '}
            {t('service.violations.line', {
              clause: v.clause,
              policy: v.policy.slug,
              consumed: v.evidence.consumedPercent,
            })}
          </Row>
        ))}
      </Rows>
      <More of={violations} />
      {of && doing?.act === 'acknowledge' && (
        <AcknowledgeDialog violation={of} onClose={() => setDoing(undefined)} />
      )}
      {of && doing?.act === 'dispute' && (
        <DisputeDialog violation={of} onClose={() => setDoing(undefined)} />
      )}
    </Section>
  );
}

function Handling(props: { violation: Schemas['Violation'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { openedAt, handling } = props.violation;
  const parts: string[] = [
    t('service.violations.since', { when: ago(openedAt) }),
  ];
  if (handling.acknowledgement) {
    const { by, plan, dueOn } = handling.acknowledgement;
    parts.push(
      t('service.violations.planned', { who: by, plan, due: day(dueOn) }),
    );
  }
  if (handling.dispute) {
    const { by, reason } = handling.dispute;
    parts.push(t('service.violations.disputed', { who: by, reason }));
  }
  return <>{parts.join(' · ')}</>;
}

function AcknowledgeDialog(props: {
  violation: Schemas['Violation'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { violation, onClose } = props;
  const [plan, setPlan] = useState(
    violation.handling.acknowledgement?.plan ?? '',
  );
  const [dueOn, setDueOn] = useState(
    violation.handling.acknowledgement?.dueOn ?? '',
  );
  // The version that was looked at, until its author begins again from theirs.
  const [etag, setEtag] = useState(`"${violation.version}"`);
  const acknowledge = useAcknowledge(violation);
  const lost = problemIn(acknowledge.error)?.code === 'version_mismatch';
  const refusal = refusalOf(lost ? null : acknowledge.error, [
    '/plan',
    '/dueOn',
  ]);
  return (
    <FormDialog
      title={t('service.violations.acknowledgeTitle')}
      open
      onClose={onClose}
      pending={acknowledge.isPending}
      refusal={refusal}
      submit={t('service.violations.acknowledge')}
      onSubmit={() =>
        acknowledge.mutate(
          { etag, plan: { plan, dueOn } },
          { onSuccess: onClose },
        )
      }
    >
      <LostRace
        error={acknowledge.error}
        onReload={() => {
          setEtag(`"${violation.version}"`);
          setPlan(violation.handling.acknowledgement?.plan ?? plan);
          acknowledge.reset();
        }}
      />
      <TextAreaField
        label={t('service.violations.plan')}
        isRequired
        rows={3}
        value={plan}
        onChange={setPlan}
        {...faultAt(refusal, '/plan')}
      />
      <DayField
        label={t('service.violations.due')}
        value={dueOn}
        onChange={setDueOn}
        fault={refusal.at('/dueOn')}
      />
    </FormDialog>
  );
}

function DisputeDialog(props: {
  violation: Schemas['Violation'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { violation, onClose } = props;
  const [reason, setReason] = useState('');
  const dispute = useDispute(violation);
  const refusal = refusalOf(dispute.error, ['/reason']);
  return (
    <FormDialog
      title={t('service.violations.disputeTitle')}
      open
      onClose={onClose}
      pending={dispute.isPending}
      refusal={refusal}
      submit={t('service.violations.dispute')}
      onSubmit={() => dispute.mutate({ reason }, { onSuccess: onClose })}
    >
      <Text as="p">{t('service.violations.disputeText')}</Text>
      <TextAreaField
        label={t('service.violations.wrong')}
        isRequired
        rows={3}
        value={reason}
        onChange={setReason}
        {...faultAt(refusal, '/reason')}
      />
    </FormDialog>
  );
}
