import {
  RiAlertLine,
  RiCheckboxCircleLine,
  RiCloseCircleLine,
  RiInformationLine,
  RiQuestionLine,
  RiTimeLine,
} from '@remixicon/react';
import type { ReactNode } from 'react';

import styles from './words.module.css';

/** What a thing's state means for who looks at it; each tone has a colour and a sign of its own. */
export type Tone = 'good' | 'warning' | 'bad' | 'unknown' | 'stale' | 'info';

const signs: Record<Tone, typeof RiAlertLine> = {
  good: RiCheckboxCircleLine,
  warning: RiAlertLine,
  bad: RiCloseCircleLine,
  unknown: RiQuestionLine,
  stale: RiTimeLine,
  info: RiInformationLine,
};

/** A state: a word beside its colour and its sign, so that nobody depends on the colour. */
export function Word(props: { tone: Tone; children: ReactNode }) {
  const Sign = signs[props.tone];
  return (
    <span className={`${styles.word} ${styles[props.tone]}`}>
      <Sign size={14} aria-hidden />
      {props.children}
    </span>
  );
}

/** The tone of what the API calls the state of an SLO. */
export const sloTones: Record<string, Tone> = {
  ok: 'good',
  at_risk: 'warning',
  exhausted: 'bad',
  no_data: 'unknown',
};

/** The tone of what the API calls the result of a check. */
export const resultTones: Record<string, Tone> = {
  pass: 'good',
  fail: 'bad',
  unknown: 'unknown',
  exempt: 'info',
  not_applicable: 'info',
  error: 'warning',
};
