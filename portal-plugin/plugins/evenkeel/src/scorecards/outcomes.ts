import { colors, type Tone } from '@evenkeel/plugin-evenkeel-react';
import type { Schemas } from '@evenkeel/client';

/** What a check can come to, what has to be done first. */
export const outcomes = [
  'fail',
  'error',
  'unknown',
  'exempt',
  'not_applicable',
  'pass',
] as const;

/** What a check came to. */
export type Outcome = Schemas['CheckResult']['outcome'];

/** The colour of each outcome in charts. */
export const outcomeColors: Record<Outcome, string> = {
  pass: colors.good,
  fail: colors.bad,
  unknown: colors.unknown,
  error: colors.warning,
  exempt: colors.change,
  // It counts nowhere, and stands back.
  not_applicable: 'var(--bui-border-2)',
};

/** The key of the word for each outcome. */
export const outcomeWords = {
  pass: 'scorecards.outcomes.pass',
  fail: 'scorecards.outcomes.fail',
  unknown: 'scorecards.outcomes.unknown',
  error: 'scorecards.outcomes.error',
  exempt: 'scorecards.outcomes.exempt',
  not_applicable: 'scorecards.outcomes.not_applicable',
} as const;

/** Whether something is to be done about a result. */
export function isOpen(outcome: Outcome): boolean {
  return outcome === 'fail' || outcome === 'unknown' || outcome === 'error';
}

/** The tone of a group of results: the worst of them says it. */
export function worstTone(results: readonly string[]): Tone {
  if (results.includes('fail')) {
    return 'bad';
  }
  if (results.includes('error')) {
    return 'warning';
  }
  if (results.includes('unknown')) {
    return 'unknown';
  }
  return results.includes('pass') ? 'good' : 'info';
}
