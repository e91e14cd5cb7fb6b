// Where they are defined; it is loaded wherever one of them is used, also where no chart is.
import './palette.module.css';

/**
 * The colours of charts, for light and dark: each is told from the others at 3:1 against the
 * background, and never alone says what a thing is.
 */
export const colors = {
  main: 'var(--ek-main)',
  good: 'var(--ek-good)',
  warning: 'var(--ek-warning)',
  bad: 'var(--ek-bad)',
  unknown: 'var(--ek-unknown)',
  incident: 'var(--ek-incident)',
  change: 'var(--ek-change)',
  /** Of the levels of a scorecard, from none upward. */
  levels: [
    'var(--ek-level-0)',
    'var(--ek-level-1)',
    'var(--ek-level-2)',
    'var(--ek-level-3)',
    'var(--ek-level-4)',
  ],
} as const;
