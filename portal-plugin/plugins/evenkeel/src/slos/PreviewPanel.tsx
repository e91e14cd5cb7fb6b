import type { Schemas } from '@evenkeel/client';
import {
  ChartFrame,
  DataTable,
  Key,
  Nothing,
  Row,
  Rows,
  Section,
  Shown,
  Sub,
  TimeChart,
  Word,
  colors,
  day,
  moment,
  number,
  percent,
  problemIn,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text, VisuallyHidden } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { StateWord } from './StateWord';
import { bodyOf, type Draft } from './draft';
import { useFieldNames } from './fields';
import { usePreview } from './form';
import styles from './slos.module.css';

/** What would have become of an SLO; it follows what is typed. */
export function PreviewPanel(props: {
  service: string;
  /** The SLO that is edited. */
  slo?: string;
  draft: Draft;
  /** Something was typed that it does not show yet. */
  settling: boolean;
  onObjective: (objective: string) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const preview = usePreview(props.service, props.slo, bodyOf(props.draft));
  const faults = problemIn(preview.error)?.faults ?? [];
  const nameOf = useFieldNames();
  return (
    <Section
      title={t('slos.preview.title')}
      note={
        <span role="status">
          {props.settling || preview.isFetching
            ? t('slos.preview.working')
            : t('slos.preview.note')}
        </span>
      }
    >
      {faults.length > 0 ? (
        <Nothing title={t('slos.preview.notYet')}>
          {t('slos.preview.notYetText')}{' '}
          {faults.map(f => `${nameOf(f.pointer)}: ${f.message}`).join('; ')}
        </Nothing>
      ) : (
        <Shown what={t('slos.preview.title')} read={preview}>
          {found => <Found preview={found} onObjective={props.onObjective} />}
        </Shown>
      )}
    </Section>
  );
}

function Found(props: {
  preview: Schemas['SLOPreview'];
  onObjective: (objective: string) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { preview, onObjective } = props;
  const { seen } = preview;
  const nameOf = useFieldNames();
  return (
    <div className={styles.stack}>
      {preview.reason && (
        <Nothing title={t('slos.preview.unknown')}>
          {preview.reason.message}
        </Nothing>
      )}
      {seen && <Seen objective={preview.objective} seen={seen} />}
      {preview.warnings.length > 0 && (
        <section className={styles.stack}>
          <Text as="h3" variant="title-x-small">
            {t('slos.preview.warnings')}
          </Text>
          <Rows label={t('slos.preview.warnings')}>
            {preview.warnings.map(w => (
              <Row
                key={`${w.code}${w.pointer}`}
                sub={nameOf(w.pointer)}
                end={<Word tone="warning">{t('slos.preview.warning')}</Word>}
              >
                <span className={styles.sentence}>{w.message}</span>
              </Row>
            ))}
          </Rows>
        </section>
      )}
      {seen && seen.objectives.length > 0 && (
        <Objectives seen={seen} onObjective={onObjective} />
      )}
      {seen && <AlertsOf seen={seen} />}
    </div>
  );
}

function Seen(props: { objective: string; seen: Schemas['PreviewSeen'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { objective, seen } = props;
  const { window } = seen;
  return (
    <>
      <StateWord state={seen.state} />
      <dl className={styles.smallFigures}>
        <div>
          <dt>{t('slos.figures.sli')}</dt>
          <dd>
            <strong>
              {window.sli === null ? t('slos.unknown') : percent(window.sli, 3)}
            </strong>
            <small>
              {t('slos.figures.counts', {
                good: number(window.good, 0),
                total: number(window.total, 0),
              })}
            </small>
          </dd>
        </div>
        <div>
          <dt>{t('slos.figures.budget')}</dt>
          <dd>
            <strong>
              {window.remaining === null
                ? t('slos.unknown')
                : percent(window.remaining, 1)}
            </strong>
            <small>{t('slos.preview.at', { objective })}</small>
          </dd>
        </div>
        <div>
          <dt>{t('slos.preview.missed')}</dt>
          <dd>
            <strong>
              {t('slos.preview.of', {
                missed: String(seen.windowsMissed),
                known: String(seen.windowsKnown),
              })}
            </strong>
          </dd>
        </div>
      </dl>
      <ChartFrame
        title={t('slos.burnDown.title')}
        summary={t('slos.preview.span', {
          from: day(seen.from),
          to: day(seen.to),
        })}
        table={{
          head: [
            t('slos.burnDown.when'),
            t('slos.burnDown.left'),
            t('slos.figures.sli'),
          ],
          rows: seen.points.map(p => [
            moment(p.end),
            p.remaining === null ? t('slos.unknown') : percent(p.remaining, 1),
            p.sli === null ? t('slos.unknown') : percent(p.sli, 3),
          ]),
        }}
        legend={
          <>
            <Key color={colors.main}>{t('slos.burnDown.left')}</Key>
            {seen.alerts.length > 0 && (
              <Key color={colors.warning} shape="area">
                {t('slos.alerts.title')}
              </Key>
            )}
          </>
        }
      >
        <TimeChart
          label={t('slos.burnDown.title')}
          height={180}
          format={v => percent(v, 1)}
          domain={[0, 1]}
          series={[
            {
              name: t('slos.burnDown.left'),
              color: colors.main,
              area: true,
              points: seen.points.map(p => ({
                at: new Date(p.end),
                value: p.remaining,
              })),
            },
          ]}
          bands={seen.alerts.map(a => ({
            from: new Date(a.start),
            to: new Date(a.end ?? seen.to),
            label: `${a.pair}, ${moment(a.start)}`,
            color: colors.warning,
          }))}
        />
      </ChartFrame>
    </>
  );
}

function Objectives(props: {
  seen: Schemas['PreviewSeen'];
  onObjective: (objective: string) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { seen, onObjective } = props;
  return (
    <section className={styles.stack}>
      <Text as="h3" variant="title-x-small">
        {t('slos.preview.objectives')}
      </Text>
      <DataTable
        caption={t('slos.preview.objectives')}
        head={[
          t('slos.figures.objective'),
          t('slos.figures.budget'),
          t('slos.preview.missed'),
          <VisuallyHidden key="take">
            {t('slos.preview.takeIt')}
          </VisuallyHidden>,
        ]}
      >
        {seen.objectives.map(o => (
          <tr key={o.objective}>
            <th scope="row" className={styles.number}>
              {o.objective.replace(/%$/, ' %')}
              {o.objective === seen.suggested && (
                <Sub>{t('slos.preview.suggested')}</Sub>
              )}
            </th>
            <td className={styles.number}>
              {o.remaining === null
                ? t('slos.unknown')
                : percent(o.remaining, 1)}
            </td>
            <td className={styles.number}>
              {t('slos.preview.of', {
                missed: String(o.windowsMissed),
                known: String(o.windowsKnown),
              })}
            </td>
            <td>
              <Button
                size="small"
                variant="tertiary"
                aria-label={t('slos.preview.take', { objective: o.objective })}
                onPress={() => onObjective(o.objective)}
              >
                {t('slos.preview.takeIt')}
              </Button>
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

function AlertsOf(props: { seen: Schemas['PreviewSeen'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { seen } = props;
  return (
    <section className={styles.stack}>
      <Text as="h3" variant="title-x-small">
        {t('slos.preview.alerts')}
      </Text>
      <DataTable
        caption={t('slos.preview.alerts')}
        head={[
          t('slos.burn.pair'),
          t('slos.burn.severity'),
          t('slos.preview.count'),
        ]}
      >
        {seen.alertCounts.map(a => (
          <tr key={a.pair}>
            <th scope="row">{a.pair}</th>
            <td>{t(`slos.severity.${a.severity}`)}</td>
            <td className={styles.number}>{a.count}</td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}
