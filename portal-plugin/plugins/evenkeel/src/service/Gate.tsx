import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  More,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Trouble,
  Word,
  ago,
  belongs,
  faultAt,
  moment,
  refusalOf,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { NumberField, Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { answerTones } from './HeaderStrip';
import { useDecisions, useEndOverride, useGate, useOverride } from './data';
import styles from './service.module.css';

/** What may go out now and why, what was answered, and the override. */
export function Gate(props: { service: string; team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, team } = props;
  const gate = useGate(service);
  const me = useMe();
  const [overriding, setOverriding] = useState(false);
  const mine = belongs(me.data, team);
  const reason = mine ? undefined : t('slos.page.notYours', { team });
  return (
    <Section title={t('service.gate.title')} note={t('service.gate.note')}>
      <Shown what={t('service.gate.title')} read={gate}>
        {found => (
          <div className={styles.stack}>
            <Rows label={t('service.gate.title')}>
              {found.classes.map(c => (
                <Row
                  key={c.class}
                  sub={
                    c.answer === 'allow'
                      ? undefined
                      : [
                          ...c.reasons.map(r => r.text),
                          ...(c.wayOut ?? []),
                        ].join(' · ')
                  }
                  end={
                    <Word tone={answerTones[c.answer]}>
                      {t(`service.gate.answer.${c.answer}`)}
                    </Word>
                  }
                >
                  {t(`service.gate.class.${c.class}`)}
                </Row>
              ))}
            </Rows>
            {found.override ? (
              <Lifted
                service={service}
                override={found.override}
                reason={reason}
              />
            ) : (
              <div>
                <RightButton
                  size="small"
                  variant="secondary"
                  reason={reason}
                  onPress={() => setOverriding(true)}
                >
                  {t('service.gate.override')}
                </RightButton>
              </div>
            )}
            <Decisions service={service} />
            {overriding && (
              <OverrideDialog
                service={service}
                onClose={() => setOverriding(false)}
              />
            )}
          </div>
        )}
      </Shown>
    </Section>
  );
}

function Lifted(props: {
  service: string;
  override: Schemas['GateOverride'];
  reason: string | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, override, reason } = props;
  const end = useEndOverride(service);
  return (
    <div className={styles.stack}>
      <div>
        <Word tone="warning">{t('service.gate.overridden')}</Word>
      </div>
      <Text as="p" variant="body-small">
        {t('service.gate.lifted', { until: moment(override.until) })}{' '}
        {t('service.gate.liftedBy', {
          who: override.madeBy,
          reason: override.reason,
        })}
      </Text>
      <Text as="p" variant="body-small" color="secondary">
        {t('service.gate.reviewDue', { when: moment(override.reviewDue) })}
      </Text>
      {end.error && (
        <Trouble what={t('service.gate.title')} error={end.error} />
      )}
      <div>
        <RightButton
          size="small"
          variant="secondary"
          reason={reason}
          isPending={end.isPending}
          onPress={() => end.mutate(override)}
        >
          {t('service.gate.end')}
        </RightButton>
      </div>
    </div>
  );
}

function OverrideDialog(props: { service: string; onClose: () => void }) {
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
          until: new Date(Date.now() + hours * 3_600_000).toISOString(),
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

function Decisions(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const decisions = useDecisions(props.service);
  return (
    <div className={styles.rung}>
      <Text as="h3" variant="title-x-small">
        {t('service.gate.decisions')}
      </Text>
      <Shown what={t('service.gate.decisions')} read={decisions}>
        {found =>
          found.length === 0 ? (
            <Text as="p" variant="body-small" color="secondary">
              {t('service.gate.noDecisions')}
            </Text>
          ) : (
            <>
              <Rows label={t('service.gate.decisions')}>
                {found.map(d => (
                  <Row
                    key={d.id}
                    sub={`${ago(d.decidedAt)} · ${d.decidedBy}`}
                    end={
                      <Word tone={answerTones[d.answer]}>
                        {t(`service.gate.answer.${d.answer}`)}
                      </Word>
                    }
                  >
                    {`${t(`service.gate.class.${d.class}`)} ${d.version}`}
                  </Row>
                ))}
              </Rows>
              <More of={decisions} />
            </>
          )
        }
      </Shown>
    </div>
  );
}
