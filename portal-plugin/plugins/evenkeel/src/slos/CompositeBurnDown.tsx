import {
  ChartFrame,
  Key,
  Section,
  Shown,
  TimeChart,
  colors,
  day,
  moment,
  percent,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { useCompositeHistory } from './composites';

/** How much of the budget of a composite SLO was left over its last window, below zero too. */
export function CompositeBurnDown(props: { composite: string; name: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { composite, name } = props;
  const history = useCompositeHistory(composite);
  const title = t('slos.burnDown.of', { name });
  return (
    <Section>
      <Shown what={t('slos.burnDown.title')} read={history}>
        {h => {
          const known = h.points.some(p => p.remaining !== null);
          return (
            <ChartFrame
              title={title}
              summary={
                known
                  ? t('slos.preview.span', { from: day(h.from), to: day(h.to) })
                  : t('slos.burnDown.none')
              }
              table={{
                head: [
                  t('slos.burnDown.when'),
                  t('slos.burnDown.left'),
                  t('slos.figures.sli'),
                ],
                rows: h.points
                  .map(p => [
                    moment(p.at),
                    p.remaining === null
                      ? t('slos.unknown')
                      : percent(p.remaining, 1),
                    p.sli === null ? t('slos.unknown') : percent(p.sli, 3),
                  ])
                  .reverse(),
              }}
              legend={<Key color={colors.main}>{t('slos.burnDown.left')}</Key>}
            >
              <TimeChart
                label={title}
                format={v => percent(v, 1)}
                domain={[0, 1]}
                time={[new Date(h.from), new Date(h.to)]}
                series={[
                  {
                    name: t('slos.burnDown.left'),
                    color: colors.main,
                    area: true,
                    points: h.points.map(p => ({
                      at: new Date(p.at),
                      value: p.remaining,
                    })),
                  },
                ]}
                levels={[
                  {
                    value: 0,
                    label: t('slos.burnDown.spent'),
                    color: colors.bad,
                  },
                ]}
              />
            </ChartFrame>
          );
        }}
      </Shown>
    </Section>
  );
}
