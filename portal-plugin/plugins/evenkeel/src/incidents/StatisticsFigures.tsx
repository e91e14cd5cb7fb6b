import type { Schemas } from '@evenkeel/client';
import { Figures, duration } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';

/** How many incidents there were, and how long half of them took at most; too few say nothing. */
export function StatisticsFigures(props: {
  of: Schemas['IncidentStatistics'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of } = props;
  const figure = (name: string, took: Schemas['DurationDistribution']) => ({
    name,
    value: took.quantiles
      ? duration(took.quantiles.median)
      : t('incidents.statistics.unknown'),
    note: took.quantiles
      ? t('incidents.statistics.half', { known: String(took.n) })
      : t('incidents.statistics.fewer', { known: String(took.n) }),
  });
  return (
    <Figures
      figures={[
        {
          name: t('incidents.statistics.incidents'),
          value: String(of.incidents),
        },
        figure(t('incidents.statistics.detect'), of.detect),
        figure(t('incidents.statistics.mitigate'), of.mitigate),
        figure(t('incidents.statistics.resolve'), of.resolve),
      ]}
    />
  );
}
