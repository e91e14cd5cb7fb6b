import type { Schemas } from '@evenkeel/client';
import {
  ChartFrame,
  Key,
  NO_LEVEL,
  Nothing,
  StackedArea,
  day,
  levelParts,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';

/** How many services were on each level, day by day. */
export function LevelTrend(props: { report: Schemas['ScorecardReport'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { levels, trend } = props.report;
  if (trend.length === 0) {
    return (
      <Nothing title={t('scorecards.report.noTrend')}>
        {t('scorecards.report.noTrendText')}
      </Nothing>
    );
  }
  const none = t('scorecards.level.none');
  const layers = levelParts(levels, {}, none);
  return (
    <ChartFrame
      title={t('scorecards.report.trend')}
      summary={t('scorecards.report.trendSummary')}
      table={{
        head: [t('scorecards.report.day'), ...layers.map(l => l.name)],
        rows: trend.map(d => [
          day(d.day),
          ...levelParts(levels, d.levels, none).map(p => p.value),
        ]),
      }}
      legend={layers.map(l => (
        <Key key={l.name} color={l.color} shape="area">
          {l.name}
        </Key>
      ))}
    >
      <StackedArea
        label={t('scorecards.report.trend')}
        layers={layers}
        days={trend.map(d => ({
          at: new Date(d.day),
          counts: { ...d.levels, [none]: d.levels[NO_LEVEL] ?? 0 },
        }))}
      />
    </ChartFrame>
  );
}
