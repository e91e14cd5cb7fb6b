import type { Schemas } from '@evenkeel/client';
import { useId, type RefObject } from 'react';

import styles from './incidents.module.css';
import type { Found } from './findings';

/**
 * A field for a long text in which what was found is marked where it stands. The marks lie behind
 * the text and are there for the eye: what is said of each stands in a list beside it.
 */
export function MarkedText(props: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  marks: readonly Found<Schemas['PostmortemFinding']>[];
  field: RefObject<HTMLTextAreaElement>;
  /** What the API refused of it. */
  fault?: string;
}) {
  const id = useId();
  const { value, marks, fault } = props;
  let end = 0;
  const parts = marks.flatMap(({ finding, from, to }) => {
    // Two rules may find the same words.
    if (from < end) {
      return [];
    }
    const before = value.slice(end, from);
    end = to;
    return [
      before,
      <mark key={`${from} ${finding.rule}`} title={finding.advice}>
        {value.slice(from, to)}
      </mark>,
    ];
  });
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{props.label}</label>
      {fault && (
        <span id={`${id}-fault`} className={styles.fault}>
          {fault}
        </span>
      )}
      <div className={styles.marked}>
        <div aria-hidden>
          {parts}
          {value.slice(end)}
          {'\n'}
        </div>
        <textarea
          id={id}
          ref={props.field}
          value={value}
          spellCheck
          aria-invalid={fault !== undefined}
          aria-describedby={fault && `${id}-fault`}
          onChange={event => props.onChange(event.target.value)}
        />
      </div>
    </div>
  );
}
