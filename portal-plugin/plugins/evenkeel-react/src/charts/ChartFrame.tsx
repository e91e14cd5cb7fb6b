import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import { RiBarChart2Line, RiTableLine } from '@remixicon/react';
import { useId, useState, type ReactNode } from 'react';

import { evenkeelReactTranslationRef } from '../translation';
import styles from './charts.module.css';

/** What a chart shows, as a table: a head, and a row for each thing drawn. */
export type ChartTable = {
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
};

/**
 * A chart with its title, what it says in a sentence, and the table behind it, which is a button
 * away.
 */
export function ChartFrame(props: {
  title: string;
  /** What the chart says, for who does not see it: "The budget fell to −12 % on 3 May." */
  summary: string;
  table: ChartTable;
  /** The keys of what is drawn, as words beside their colours. */
  legend?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <figure className={styles.figure} aria-labelledby={`${id}-title`}>
      <div className={styles.head}>
        <div>
          <Text id={`${id}-title`} as="h3" variant="title-x-small">
            {props.title}
          </Text>
          <Text as="p" variant="body-small" color="secondary">
            {props.summary}
          </Text>
        </div>
        <Button
          size="small"
          variant="tertiary"
          iconStart={asTable ? <RiBarChart2Line /> : <RiTableLine />}
          onPress={() => setAsTable(!asTable)}
        >
          {asTable ? t('chart.asPicture') : t('chart.asTable')}
        </Button>
      </div>
      {asTable ? (
        <div
          className={styles.table}
          role="region"
          // It scrolls where it is long, which takes the keyboard too.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          aria-labelledby={`${id}-title`}
        >
          <table>
            <thead>
              <tr>
                {props.table.head.map(name => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {props.table.rows.map((row, at) => (
                <tr key={`${at}:${row[0]}`}>
                  {row.map((cell, column) =>
                    column === 0 ? (
                      <th key={props.table.head[column]} scope="row">
                        {cell}
                      </th>
                    ) : (
                      <td key={props.table.head[column]}>{cell}</td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <>
          {props.children}
          {props.legend && <div className={styles.legend}>{props.legend}</div>}
        </>
      )}
    </figure>
  );
}

/** A word of a legend beside its colour. */
export function Key(props: {
  color: string;
  shape?: 'line' | 'area' | 'dashed';
  children: ReactNode;
}) {
  return (
    <span className={styles.key}>
      <svg width="16" height="10" aria-hidden>
        {props.shape === 'area' ? (
          <rect width="16" height="10" rx="2" fill={props.color} />
        ) : (
          <line
            x1="0"
            x2="16"
            y1="5"
            y2="5"
            stroke={props.color}
            strokeWidth="2"
            strokeDasharray={props.shape === 'dashed' ? '4 3' : undefined}
          />
        )}
      </svg>
      {props.children}
    </span>
  );
}
