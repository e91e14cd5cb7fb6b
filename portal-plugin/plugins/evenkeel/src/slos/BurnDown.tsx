import type { Schemas } from '@evenkeel/client';
import {
  ChartFrame,
  Key,
  Shown,
  TimeChart,
  colors,
  day,
  moment,
  percent,
  type Series,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import {
  useForecast,
  useHappened,
  useHistory,
  useStatus,
  type Happened,
  type Name,
} from './data';

/**
 * How much of an SLO's budget was left over its last window, below zero too, with incidents and
 * changes behind it and what the forecast expects after it.
 */
export function BurnDown(props: { of: Name; name: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const history = useHistory(props.of);
  const forecast = useForecast(props.of);
  const status = useStatus(props.of);
  const happened = useHappened(props.of.service, history.data?.from);
  return (
    <Shown what={t('slos.burnDown.title')} read={history}>
      {h => (
        <Drawn
          name={props.name}
          history={h}
          // Of a budget that is spent nothing is to be foretold.
          forecast={
            status.data?.state === 'exhausted' ? undefined : forecast.data
          }
          happened={happened.data ?? { incidents: [], changes: [] }}
        />
      )}
    </Shown>
  );
}

// The middle of the futures: half of them have spent the budget by then.
function middle(forecast: Schemas['Forecast'] | undefined): Date | undefined {
  const at = forecast?.times.find(time => time.share === 0.5)?.at;
  return at ? new Date(at) : undefined;
}

function Drawn(props: {
  name: string;
  history: Schemas['History'];
  forecast: Schemas['Forecast'] | undefined;
  happened: Happened;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { history, forecast, happened } = props;
  const points = history.points.map(p => ({
    at: new Date(p.at),
    value: p.remaining,
  }));
  const known = points.filter(p => p.value !== null);
  const last = known[known.length - 1];
  const from = new Date(history.from);
  const end = new Date(history.to);
  const spentAt = middle(forecast);
  const series: Series[] = [
    { name: t('slos.burnDown.left'), color: colors.main, points, area: true },
  ];
  if (last?.value && last.value > 0 && spentAt && spentAt > last.at) {
    series.push({
      name: t('slos.burnDown.forecast'),
      color: colors.warning,
      dashed: true,
      points: [last, { at: spentAt, value: 0 }],
    });
  }
  const lowest = known.reduce(
    (low, p) => ((p.value ?? 0) < (low.value ?? 0) ? p : low),
    known[0],
  );
  const summary = last
    ? t('slos.burnDown.summary', {
        now: percent(last.value ?? 0, 1),
        lowest: percent(lowest.value ?? 0, 1),
        when: day(lowest.at),
      })
    : t('slos.burnDown.none');
  let outlook = '';
  if (forecast && forecast.probability !== null && forecast.until) {
    outlook = t('slos.burnDown.outlook', {
      probability: percent(forecast.probability, 0),
      until: day(forecast.until),
    });
  } else if (forecast?.unknown) {
    outlook = t('slos.burnDown.noOutlook', { why: forecast.unknown });
  }
  const incidents = happened.incidents.filter(
    i => new Date(i.impactStart) < end,
  );
  const happenedAt = (at: Date, until: Date) =>
    [
      ...incidents
        .filter(
          i =>
            new Date(i.impactStart) <= until &&
            (!i.impactEnd || new Date(i.impactEnd) > at),
        )
        .map(i => `${i.severity}: ${i.title}`),
      ...happened.changes
        .filter(c => {
          const started = new Date(c.startedAt);
          return started > at && started <= until;
        })
        .map(c => `${c.kind} ${c.release}`),
    ].join('; ');
  return (
    <ChartFrame
      title={t('slos.burnDown.of', { name: props.name })}
      summary={`${summary} ${outlook}`.trim()}
      table={{
        head: [
          t('slos.burnDown.when'),
          t('slos.burnDown.left'),
          t('slos.figures.sli'),
          t('slos.burnDown.happened'),
        ],
        rows: history.points
          .map((p, at) => [
            moment(p.at),
            p.remaining === null ? t('slos.unknown') : percent(p.remaining, 1),
            p.sli === null ? t('slos.unknown') : percent(p.sli, 3),
            happenedAt(
              at > 0 ? new Date(history.points[at - 1].at) : from,
              new Date(p.at),
            ),
          ])
          .reverse(),
      }}
      legend={
        <>
          <Key color={colors.main}>{t('slos.burnDown.left')}</Key>
          {series.length > 1 && (
            <Key color={colors.warning} shape="dashed">
              {t('slos.burnDown.forecast')}
            </Key>
          )}
          {incidents.length > 0 && (
            <Key color={colors.incident} shape="area">
              {t('slos.burnDown.incidents')}
            </Key>
          )}
          {happened.changes.length > 0 && (
            <Key color={colors.change} shape="dashed">
              {t('slos.burnDown.changes')}
            </Key>
          )}
        </>
      }
    >
      <TimeChart
        label={t('slos.burnDown.of', { name: props.name })}
        format={v => percent(v, 1)}
        domain={[0, 1]}
        time={[
          from,
          series.length > 1 && spentAt
            ? new Date(Math.max(+end, +spentAt))
            : end,
        ]}
        series={series}
        bands={incidents.map(i => ({
          from: new Date(i.impactStart),
          to: i.impactEnd ? new Date(i.impactEnd) : end,
          label: `${i.severity}: ${i.title}`,
          color: colors.incident,
        }))}
        marks={happened.changes.map(c => ({
          at: new Date(c.startedAt),
          label: `${c.kind} ${c.release}, ${moment(c.startedAt)}`,
          color: colors.change,
        }))}
        levels={[
          { value: 0, label: t('slos.burnDown.spent'), color: colors.bad },
        ]}
      />
    </ChartFrame>
  );
}
