import { Text } from '@backstage/ui';
import { useId, type ReactNode } from 'react';

import styles from './Section.module.css';

/** A part of a page: a heading, what it says in a line, what can be done, and the content. */
export function Section(props: {
  title: string;
  summary?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <header className={styles.head}>
        <div>
          <Text id={id} as="h2" variant="title-x-small">
            {props.title}
          </Text>
          {props.summary && (
            <Text as="p" variant="body-small" color="secondary">
              {props.summary}
            </Text>
          )}
        </div>
        {props.actions && <div className={styles.actions}>{props.actions}</div>}
      </header>
      {props.children}
    </section>
  );
}
