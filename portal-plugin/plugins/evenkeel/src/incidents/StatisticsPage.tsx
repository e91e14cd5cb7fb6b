import type { Schemas } from '@evenkeel/client';
import {
  Bars,
  ChartFrame,
  Column,
  Columns,
  DataTable,
  Key,
  Nothing,
  PageTitle,
  Row,
  Rows,
  Section,
  Shown,
  Sub,
  colors,
  day,
  duration,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Select } from '@backstage/ui';
import { useSearchParams } from 'react-router-dom';

import { incidentRouteRef, incidentsRouteRef } from '../routes';
import { useTeams } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { StatisticsFigures } from './StatisticsFigures';
import { severities, useStatistics, type Severity } from './data';
import styles from './incidents.module.css';

type Statistics = Schemas['IncidentStatistics'];

const severityColors: Record<Severity, string> = {
  sev1: colors.bad,
  sev2: colors.warning,
  sev3: colors.main,
  sev4: colors.unknown,
};

/** What the incidents of 90 days have in common: when they were, how long each took, and why. */
export function StatisticsPage() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [query, setQuery] = useSearchParams();
  const team = query.get('team') ?? undefined;
  const teams = useTeams();
  const list = useRouteRef(incidentsRouteRef);
  const read = useStatistics(team);
  return (
    <>
      <PageTitle
        title={t('incidents.statistics.page')}
        back={{ href: list?.() ?? '', text: t('incidents.back') }}
        meta={<span>{t('incidents.statistics.note')}</span>}
        actions={
          <Select
            aria-label={t('incidents.filter.team')}
            size="small"
            options={[
              { value: '', label: t('incidents.filter.anyTeam') },
              ...(teams.data ?? []).map(of => ({
                value: of.slug,
                label: of.name,
              })),
            ]}
            value={team ?? ''}
            onChange={to =>
              setQuery(to ? { team: String(to) } : {}, { replace: true })
            }
          />
        }
      />
      <Shown what={t('incidents.statistics.page')} read={read}>
        {of => (
          <>
            <Section title={t('incidents.statistics.title')}>
              <StatisticsFigures of={of} />
            </Section>
            {of.incidents === 0 ? (
              <Section>
                <Nothing title={t('incidents.statistics.none')}>
                  {t('incidents.statistics.noneText')}
                </Nothing>
              </Section>
            ) : (
              <Known of={of} />
            )}
          </>
        )}
      </Shown>
    </>
  );
}

function Known(props: { of: Statistics }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of } = props;
  return (
    <>
      <Section>
        <Periods of={of} />
      </Section>
      <Columns even>
        <Column>
          {(['detect', 'mitigate', 'resolve'] as const).map(what => (
            <Section key={what}>
              <Durations
                title={t(`incidents.statistics.${what}`)}
                of={of[what]}
              />
            </Section>
          ))}
        </Column>
        <Column>
          <Counts
            title={t('incidents.statistics.causes')}
            none={t('incidents.statistics.noCause')}
            of={of.causes}
          />
          <Counts
            title={t('incidents.facts.tags')}
            none={t('incidents.statistics.noTag')}
            of={of.tags}
          />
          <Repeats of={of} />
          <Shifts of={of} />
        </Column>
      </Columns>
    </>
  );
}

/** How many began in each week or month, by severity. */
function Periods(props: { of: Statistics }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incidents, periods, periodLength } = props.of;
  const count = (period: Statistics['periods'][number], severity: Severity) =>
    period.severities[severity] ?? 0;
  const total = (period: Statistics['periods'][number]) =>
    severities.reduce((sum, s) => sum + count(period, s), 0);
  const most = Math.max(1, ...periods.map(total));
  const title = t(`incidents.statistics.by.${periodLength}`);
  return (
    <ChartFrame
      title={title}
      summary={t('incidents.statistics.byText', {
        incidents: String(incidents),
      })}
      table={{
        head: [
          t(`incidents.statistics.from.${periodLength}`),
          ...severities.map(s => t(`incidents.severity.${s}`)),
        ],
        rows: periods.map(of => [
          day(of.from),
          ...severities.map(s => count(of, s)),
        ]),
      }}
      legend={severities.map(s => (
        <Key key={s} color={severityColors[s]} shape="area">
          {t(`incidents.severity.${s}`)}
        </Key>
      ))}
    >
      <div className={styles.periods} role="img" aria-label={title}>
        {periods.map((of, at) => (
          <div key={of.from}>
            <span>{total(of) || ''}</span>
            <div style={{ height: `${(total(of) / most) * 8}rem` }}>
              {severities.map(s => (
                <i
                  key={s}
                  style={{
                    flexGrow: count(of, s),
                    background: severityColors[s],
                  }}
                />
              ))}
            </div>
            <small>{at % 4 === 0 ? day(of.from) : ''}</small>
          </div>
        ))}
      </div>
    </ChartFrame>
  );
}

/** How long something took: how many fell into each of fixed bins. */
function Durations(props: {
  title: string;
  of: Schemas['DurationDistribution'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { title, of } = props;
  const name = (bin: Schemas['DurationBin']) =>
    bin.toSeconds === null
      ? t('incidents.statistics.longer', { from: duration(bin.fromSeconds) })
      : t('incidents.statistics.between', {
          from: duration(bin.fromSeconds),
          to: duration(bin.toSeconds),
        });
  // Bins at the ends in which nothing is would make the others small; the table has them.
  const first = of.bins.findIndex(bin => bin.count > 0);
  const last = of.bins.reduce((to, bin, at) => (bin.count > 0 ? at : to), -1);
  const drawn = first < 0 ? [] : of.bins.slice(first, last + 1);
  const known = of.quantiles
    ? t('incidents.statistics.quantiles', {
        median: duration(of.quantiles.median),
        most: duration(of.quantiles.p90),
      })
    : t('incidents.statistics.values', {
        values: (of.values ?? []).map(duration).join(', ') || '—',
      });
  return (
    <ChartFrame
      title={title}
      summary={`${known} ${t('incidents.statistics.unknownOf', {
        known: String(of.n),
        unknown: String(of.unknown),
      })}`}
      table={{
        head: [title, t('incidents.statistics.incidents')],
        rows: of.bins.map(bin => [name(bin), bin.count]),
      }}
    >
      <Bars
        label={title}
        bars={drawn.map(bin => ({
          name: name(bin),
          value: bin.count,
          color: colors.main,
        }))}
        format={String}
      />
    </ChartFrame>
  );
}

function Counts(props: {
  title: string;
  none: string;
  of: Schemas['NameCount'][];
}) {
  return (
    <Section title={props.title}>
      {props.of.length > 0 ? (
        <Bars
          label={props.title}
          bars={props.of.map(({ name, incidents }) => ({
            name,
            value: incidents,
            color: colors.change,
          }))}
          format={String}
        />
      ) : (
        <Nothing title={props.none} />
      )}
    </Section>
  );
}

/** How many of those that came again are named. */
const latest = 5;

/** Causes and services of which one incident after another began. */
function Repeats(props: { of: Statistics }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const to = useRouteRef(incidentRouteRef);
  const { repeats } = props.of;
  return (
    <Section
      title={t('incidents.statistics.repeats')}
      note={t('incidents.statistics.repeatsNote')}
    >
      {repeats.length > 0 ? (
        <Rows label={t('incidents.statistics.repeats')}>
          {repeats.map(of => (
            <Row
              key={of.cause ?? of.service?.id}
              sub={
                <>
                  {of.incidents.slice(-latest).map(one => (
                    <Sub key={one.id}>
                      <Link href={to?.({ incident: one.id }) ?? ''}>
                        {one.title}
                      </Link>{' '}
                      {day(one.impactStart)}
                    </Sub>
                  ))}
                  {of.incidents.length > latest &&
                    t('incidents.statistics.earlier', {
                      count: of.incidents.length - latest,
                    })}
                </>
              }
              end={t('incidents.statistics.times', {
                count: of.incidents.length,
              })}
            >
              {of.cause ?? of.service?.slug}
            </Row>
          ))}
        </Rows>
      ) : (
        <Nothing title={t('incidents.statistics.noRepeat')} />
      )}
    </Section>
  );
}

/** How many fell into each week on call. */
function Shifts(props: { of: Statistics }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { onCall, timeZone } = props.of;
  return (
    <Section
      title={t('incidents.statistics.onCall')}
      note={t('incidents.statistics.onCallNote', { timeZone })}
    >
      <DataTable
        caption={t('incidents.statistics.onCall')}
        head={[
          t('incidents.statistics.from.week'),
          t('incidents.statistics.incidents'),
          t('incidents.statistics.intervened'),
          t('incidents.statistics.outOfHours'),
        ]}
      >
        {onCall.shifts.map(of => (
          <tr key={of.from}>
            <th scope="row">{day(of.from)}</th>
            <td>{of.incidents}</td>
            <td>{of.intervened}</td>
            <td>{of.outOfHours}</td>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}
