import { useId, useState } from 'react';

import styles from './DayField.module.css';

/** A moment as the browser's own field has it, in the reader's time zone, to the minute. */
function typed(at: string | undefined): string {
  const time = new Date(at ?? NaN);
  if (Number.isNaN(time.getTime())) {
    return '';
  }
  const local = time.getTime() - time.getTimezoneOffset() * 60_000;
  return new Date(local).toISOString().slice(0, 16);
}

/**
 * A field for a moment, in the browser's own calendar and clock and the reader's time zone, which
 * is that of every time on a page. A moment that is not touched keeps its seconds.
 */
export function MomentField(props: {
  label: string;
  /** As the API has it: "2026-11-28T10:00:00Z". */
  value: string | undefined;
  /** Told the moment as the API takes it; undefined where none is said. */
  onChange: (at: string | undefined) => void;
  description?: string;
  /** What the API refused of it. */
  fault?: string;
}) {
  const id = useId();
  const { description, fault } = props;
  // What is half typed is no moment yet, and must not be taken from whoever types.
  const [text, setText] = useState(() => typed(props.value));
  const [told, setTold] = useState(props.value);
  if (told !== props.value) {
    setTold(props.value);
    setText(typed(props.value));
  }
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{props.label}</label>
      {description && <span id={`${id}-about`}>{description}</span>}
      <input
        id={id}
        type="datetime-local"
        value={text}
        aria-invalid={fault !== undefined}
        aria-describedby={
          [description && `${id}-about`, fault && `${id}-fault`]
            .filter(Boolean)
            .join(' ') || undefined
        }
        onChange={event => {
          const { value } = event.target;
          const time = new Date(value);
          const at = Number.isNaN(time.getTime())
            ? undefined
            : time.toISOString();
          setText(value);
          setTold(at);
          props.onChange(at);
        }}
      />
      {fault && (
        <span id={`${id}-fault`} className={styles.fault}>
          {fault}
        </span>
      )}
    </div>
  );
}
