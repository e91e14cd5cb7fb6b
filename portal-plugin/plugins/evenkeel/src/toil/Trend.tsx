import type { Schemas } from '@evenkeel/client';
import {
  ChartFrame,
  Nothing,
  TimeChart,
  colors,
  duration,
  number,
  percent,
  Section,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';

/** The Monday on which a week of ISO 8601 begins. */
export function monday(week: string): Date {
  const [year, nth] = week.split('-W').map(Number);
  const fourth = new Date(Date.UTC(year, 0, 4));
  fourth.setUTCDate(4 - ((fourth.getUTCDay() + 6) % 7) + (nth - 1) * 7);
  return fourth;
}

/** The share of toil week by week, with the cap. */
export function Trend(props: { toil: Schemas['Toil'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { trend, settings } = props.toil;
  if (!trend.some(w => w.share !== null || w.minutes)) {
    return (
      <Section title={t('toil.trend.title')}>
        <Nothing title={t('toil.trend.none')}>
          {t('toil.trend.noneText')}
        </Nothing>
      </Section>
    );
  }
  // Outside the team, answers are told later than what was logged, if ever.
  const shares = trend.some(w => w.share !== null);
  return (
    <Section>
      <ChartFrame
        title={t(shares ? 'toil.trend.chart' : 'toil.trend.hours')}
        summary={t(shares ? 'toil.trend.summary' : 'toil.trend.hoursSummary')}
        table={{
          head: [
            t('toil.trend.week'),
            t('toil.trend.shareOf'),
            t('toil.trend.answers'),
            t('toil.trend.logged'),
          ],
          rows: [...trend].reverse().map(w => [
            w.week,
            w.share === null ? t('toil.trend.gap') : percent(w.share, 0),
            w.answers === null
              ? t('toil.trend.gap')
              : t(w.asked > 0 ? 'toil.trend.of' : 'toil.trend.unasked', {
                  answers: String(w.answers),
                  asked: String(w.asked),
                }),
            w.minutes === null ? t('toil.trend.gap') : duration(w.minutes * 60),
          ]),
        }}
      >
        {shares ? (
          <TimeChart
            label={t('toil.trend.chart')}
            height={200}
            domain={[0, 1]}
            format={v => percent(v, 0)}
            series={[
              {
                name: t('toil.trend.shareOf'),
                color: colors.main,
                area: true,
                points: trend.map(w => ({
                  at: monday(w.week),
                  value: w.share,
                })),
              },
            ]}
            levels={[
              {
                value: settings.capPercent / 100,
                label: t('toil.trend.cap', {
                  cap: String(settings.capPercent),
                }),
                color: colors.bad,
              },
            ]}
          />
        ) : (
          <TimeChart
            label={t('toil.trend.hours')}
            height={200}
            domain={[0, 10]}
            format={v => t('toil.units.hours', { hours: number(v, 0) })}
            series={[
              {
                name: t('toil.trend.logged'),
                color: colors.main,
                area: true,
                points: trend.map(w => ({
                  at: monday(w.week),
                  value: w.minutes === null ? null : w.minutes / 60,
                })),
              },
            ]}
          />
        )}
      </ChartFrame>
    </Section>
  );
}
