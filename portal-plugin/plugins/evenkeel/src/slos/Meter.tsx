import type { Schemas } from '@evenkeel/client';

import styles from './slos.module.css';

/** A bar as long as the budget that is left, below the figure that says it; nothing where it is not known. */
export function Meter(props: {
  /** The share that is left, below zero where too much is spent. */
  remaining: number | null | undefined;
  state: Schemas['SLO']['state'];
}) {
  const { remaining, state } = props;
  if (remaining === null || remaining === undefined) {
    return null;
  }
  const width = Math.min(100, Math.max(0, remaining * 100));
  return (
    <span className={styles.meter} aria-hidden>
      <span className={styles[state]} style={{ width: `${width}%` }} />
    </span>
  );
}
