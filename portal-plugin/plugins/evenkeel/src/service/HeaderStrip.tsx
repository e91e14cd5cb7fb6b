import type { Schemas } from '@evenkeel/client';
import { Word, type Tone } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import type { ReactNode } from 'react';

import { sentence } from '../sentence';
import { evenkeelTranslationRef } from '../translation';
import { ToilLink } from '../scorecards/links';
import { useGate } from './data';
import styles from './service.module.css';

/** How much an answer of the gate weighs; deny is the worst. */
export const answerTones: Record<Schemas['GateClass']['answer'], Tone> = {
  allow: 'good',
  warn: 'warning',
  deny: 'bad',
};

/** Text that leads to a page where it is an address of one, and never to anything else. */
export function Address(props: { text: string; word: string }) {
  return /^https?:\/\//i.test(props.text) ? (
    <Link href={props.text} target="_blank" rel="noreferrer">
      {props.word}
    </Link>
  ) : (
    <>{props.text}</>
  );
}

function Answer(props: {
  pending: boolean;
  answer: Schemas['GateClass']['answer'] | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { pending, answer } = props;
  if (answer) {
    return (
      <Word tone={answerTones[answer]}>
        {t(`service.gate.answer.${answer}`)}
      </Word>
    );
  }
  return pending ? <>…</> : <Word tone="unknown">{t('service.unknown')}</Word>;
}

/** Whose the service is, how much depends on it, whether a feature may go out, and who is on call. */
export function HeaderStrip(props: { service: Schemas['Service'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service } = props;
  const gate = useGate(service.slug);
  const feature = gate.data?.classes.find(c => c.class === 'feature');
  const place = (text: string, word: string): ReactNode =>
    text ? (
      <Address text={text} word={word} />
    ) : (
      <span className={styles.missing}>{t('service.header.missing')}</span>
    );
  const cells: [string, ReactNode][] = [
    [
      t('service.header.team'),
      <ToilLink key="team" team={service.team.slug}>
        {service.team.slug}
      </ToilLink>,
    ],
    [t('service.header.tier'), String(service.tier)],
    [
      t('service.header.lifecycle'),
      t(`service.lifecycle.${service.lifecycle}`),
    ],
    [
      t('service.header.gate'),
      <Answer key="gate" pending={gate.isPending} answer={feature?.answer} />,
    ],
    [
      t('service.header.onCall'),
      place(service.onCall, t('service.header.openOnCall')),
    ],
    [
      t('service.header.runbook'),
      place(service.runbook, t('service.header.openRunbook')),
    ],
    [
      t('service.header.dashboard'),
      place(service.dashboard, t('service.header.openDashboard')),
    ],
  ];
  return (
    <div className={styles.strip}>
      <dl aria-label={t('service.header.title')}>
        {cells.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {feature && feature.answer !== 'allow' && (
        <ul className={styles.reasons}>
          {feature.reasons.map(r => (
            <li key={r.text}>{sentence(r.text)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
