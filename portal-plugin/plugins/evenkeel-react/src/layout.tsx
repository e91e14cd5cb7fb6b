import { Box, Link, Text } from '@backstage/ui';
import { useId, type ReactNode } from 'react';

import styles from './layout.module.css';

/**
 * What stands below the portal's tabs: its sections below each other, never wider than can be read.
 * It is the main part of the page, which the portal's frame has none of; a page of the catalog has
 * one itself, and what stands `inside` it is none.
 */
export function PageBody(props: { inside?: boolean; children: ReactNode }) {
  const Part = props.inside ? 'div' : 'main';
  return <Part className={styles.body}>{props.children}</Part>;
}

/** What a page below a tab is about, with the way back and what can be done there. */
export function PageTitle(props: {
  title: ReactNode;
  /** Where it is reached from. */
  back?: { href: string; text: string };
  /** Words and figures below the title. */
  meta?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={styles.title}>
      <div>
        {props.back && (
          <Link
            className={styles.back}
            href={props.back.href}
            variant="body-small"
            standalone
          >
            {`← ${props.back.text}`}
          </Link>
        )}
        <Text as="h2" variant="title-medium">
          {props.title}
        </Text>
        {props.meta && <div className={styles.meta}>{props.meta}</div>}
      </div>
      {props.actions && <div className={styles.actions}>{props.actions}</div>}
    </div>
  );
}

/** A part of a page with its heading; without one where what is in it has its own, as charts have. */
export function Section(props: {
  title?: string;
  /** A sentence below the heading. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  const { title } = props;
  return (
    <Box
      as="section"
      bg="neutral"
      className={styles.section}
      aria-labelledby={title && id}
    >
      {title && (
        <header>
          <div>
            <Text id={id} as="h2" variant="title-x-small">
              {title}
            </Text>
            {props.note && (
              <Text as="p" variant="body-small" color="secondary">
                {props.note}
              </Text>
            )}
          </div>
          {props.actions && (
            <div className={styles.actions}>{props.actions}</div>
          )}
        </header>
      )}
      {props.children}
    </Box>
  );
}

/** Two columns, below each other where it is narrow; the first is the wider one unless they are even. */
export function Columns(props: { even?: boolean; children: ReactNode }) {
  return (
    <div className={`${styles.columns} ${props.even ? styles.even : ''}`}>
      {props.children}
    </div>
  );
}

/** One of the columns: its sections below each other. */
export function Column(props: { children: ReactNode }) {
  return <div className={styles.column}>{props.children}</div>;
}

/** A table that scrolls sideways by itself where it is wider than the page. */
export function DataTable(props: {
  caption: string;
  head: readonly ReactNode[];
  /** Its rows, `tr`; the first cell of each is a `th` of the scope row. */
  children: ReactNode;
}) {
  return (
    <div
      className={styles.scroll}
      role="group"
      aria-label={props.caption}
      // It scrolls where it is wide, which takes the keyboard too.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <table className={styles.table}>
        <caption>{props.caption}</caption>
        <thead>
          <tr>
            {props.head.map((name, at) => (
              // The columns of a table do not move.
              // eslint-disable-next-line react/no-array-index-key
              <th key={at} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}

/** A list of things, a line each. */
export function Rows(props: { label?: string; children: ReactNode }) {
  return (
    <ul className={styles.rows} aria-label={props.label}>
      {props.children}
    </ul>
  );
}

/** A line of a list: what it is, what more there is to say of it, and what stands at its end. */
export function Row(props: {
  children: ReactNode;
  sub?: ReactNode;
  end?: ReactNode;
}) {
  return (
    <li className={styles.row}>
      <div>
        {props.children}
        {props.sub && <Sub>{props.sub}</Sub>}
      </div>
      {props.end && <div className={styles.end}>{props.end}</div>}
    </li>
  );
}

/** What more there is to say, smaller and below. */
export function Sub(props: { children: ReactNode }) {
  return <span className={styles.sub}>{props.children}</span>;
}

/** What is known of a thing: names and values. */
export function Facts(props: {
  facts: readonly (readonly [string, ReactNode] | undefined)[];
}) {
  return (
    <dl className={styles.facts}>
      {props.facts.map(
        fact =>
          fact && [
            <dt key={`${fact[0]}-name`}>{fact[0]}</dt>,
            <dd key={fact[0]}>{fact[1]}</dd>,
          ],
      )}
    </dl>
  );
}

/** A large number with its name, and what it means below. */
export type Figure = { name: string; value: ReactNode; note?: ReactNode };

/** Large numbers beside each other. */
export function Figures(props: { figures: readonly Figure[] }) {
  return (
    <dl className={styles.figures}>
      {props.figures.map(f => (
        <div key={f.name}>
          <dt>{f.name}</dt>
          <dd>
            {f.value}
            {f.note && <small>{f.note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
