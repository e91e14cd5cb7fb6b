import type { Schemas } from '@evenkeel/client';
import {
  More,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Word,
  ago,
  belongs,
  day,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useState } from 'react';

import { sentence } from '../sentence';
import { evenkeelTranslationRef } from '../translation';
import { answerTones } from './HeaderStrip';
import { OverrideDialog } from './OverrideDialog';
import { Overrides } from './Overrides';
import { useDecisions, useGate } from './data';
import styles from './service.module.css';

/** What may go out now and why, the overrides, and what was answered. */
export function Gate(props: { service: string; team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, team } = props;
  const gate = useGate(service);
  const me = useMe();
  const [overriding, setOverriding] = useState(false);
  const reason = belongs(me.data, team)
    ? undefined
    : t('slos.page.notYours', { team });
  return (
    <Section title={t('service.gate.title')} note={t('service.gate.note')}>
      <Shown what={t('service.gate.title')} read={gate}>
        {found => (
          <div className={styles.stack}>
            <ul className={styles.answers} aria-label={t('service.gate.title')}>
              {alike(found.classes).map(group => (
                <Answer key={group[0].class} classes={group} />
              ))}
            </ul>
            {!found.override && (
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
            <Overrides service={service} team={team} />
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

type GateClass = Schemas['GateClass'];

function why(of: GateClass): string[] {
  return of.answer === 'allow' ? [] : of.reasons.map(r => r.text);
}

/** Classes that are answered alike and for the same reasons, together. */
function alike(classes: readonly GateClass[]): GateClass[][] {
  const groups = new Map<string, GateClass[]>();
  for (const of of classes) {
    const key = JSON.stringify([of.answer, why(of), of.wayOut, of.recoversAt]);
    groups.set(key, [...(groups.get(key) ?? []), of]);
  }
  // What may go out needs no reason, and stands together whatever its reasons are.
  const may = classes.filter(of => of.answer === 'allow');
  return [
    ...[...groups.values()].filter(group => group[0].answer !== 'allow'),
    ...(may.length > 0 ? [may] : []),
  ];
}

function Answer(props: { classes: GateClass[] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { classes } = props;
  const { answer, wayOut, recoversAt } = classes[0];
  const reasons = why(classes[0]);
  return (
    <li>
      <div className={styles.head}>
        <span>
          {classes.map(c => t(`service.gate.class.${c.class}`)).join(', ')}
        </span>
        <Word tone={answerTones[answer]}>
          {t(`service.gate.answer.${answer}`)}
        </Word>
      </div>
      {reasons.length > 0 && (
        <ul className={styles.because}>
          {[...reasons, ...(wayOut ?? [])].map(text => (
            <li key={text}>{sentence(text)}</li>
          ))}
          {recoversAt && (
            <li>{t('service.gate.recovers', { when: day(recoversAt) })}</li>
          )}
        </ul>
      )}
    </li>
  );
}

function Decisions(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const decisions = useDecisions(props.service);
  return (
    <div className={styles.rung}>
      <Text as="h3" variant="body-medium" weight="bold">
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
