import { FieldLabel, Text } from '@backstage/ui';
import { useId } from 'react';

import styles from './forms.module.css';

/** A day, by the browser's own calendar; written as YYYY-MM-DD, as the API takes it. */
export function DateField(props: {
  label: string;
  description?: string;
  /** YYYY-MM-DD; empty where none is chosen. */
  value: string;
  onChange: (day: string) => void;
  /** What is wrong with it. */
  fault?: string;
}) {
  const id = useId();
  return (
    <div className={styles.date}>
      <FieldLabel
        label={props.label}
        description={props.description}
        htmlFor={id}
      />
      <input
        id={id}
        type="date"
        value={props.value}
        aria-invalid={props.fault !== undefined}
        aria-describedby={props.fault ? `${id}-fault` : undefined}
        onChange={event => props.onChange(event.target.value)}
      />
      {props.fault && (
        <Text id={`${id}-fault`} variant="body-small" color="danger">
          {props.fault}
        </Text>
      )}
    </div>
  );
}
