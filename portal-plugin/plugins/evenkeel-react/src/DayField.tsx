import { useId } from 'react';

import styles from './DayField.module.css';

/** A field for a day, "2026-11-28", in the browser's own calendar. */
export function DayField(props: {
  label: string;
  value: string;
  onChange: (day: string) => void;
  description?: string;
  /** What the API refused of it. */
  fault?: string;
  isRequired?: boolean;
  isDisabled?: boolean;
}) {
  const id = useId();
  const { description, fault } = props;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{props.label}</label>
      {description && <span id={`${id}-about`}>{description}</span>}
      <input
        id={id}
        type="date"
        value={props.value}
        required={props.isRequired}
        disabled={props.isDisabled}
        aria-invalid={fault !== undefined}
        aria-describedby={
          [description && `${id}-about`, fault && `${id}-fault`]
            .filter(Boolean)
            .join(' ') || undefined
        }
        onChange={event => props.onChange(event.target.value)}
      />
      {fault && (
        <span id={`${id}-fault`} className={styles.fault}>
          {fault}
        </span>
      )}
    </div>
  );
}
