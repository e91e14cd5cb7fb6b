import type { Schemas } from '@evenkeel/client';
import {
  Figures,
  StackedBar,
  Word,
  colors,
  sloTones,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import styles from './organisation.module.css';

/** The states of SLOs, the worst first. */
export const sloStates = ['exhausted', 'at_risk', 'ok', 'no_data'] as const;

/** The colour of each state of an SLO. */
export const stateColors: Record<(typeof sloStates)[number], string> = {
  exhausted: colors.bad,
  at_risk: colors.warning,
  ok: colors.good,
  no_data: colors.unknown,
};

/** How the SLOs of the organisation stand, in large numbers, and as a bar. */
export function OverviewFigures(props: { overview: Schemas['Overview'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slos, alerts } = props.overview;
  return (
    <div className={styles.overview}>
      <Figures
        figures={[
          { name: t('home.states.total'), value: slos.total },
          ...sloStates.map(state => ({
            name: t(`home.budgets.states.${state}`),
            value: (
              <span className={styles.stateFigure}>
                {slos.states[state]}
                {slos.states[state] > 0 && (
                  <Word tone={sloTones[state]}>
                    {t(`home.budgets.states.${state}`)}
                  </Word>
                )}
              </span>
            ),
          })),
          {
            name: t('home.states.stale'),
            value: slos.stale,
            note: t('home.states.staleNote'),
          },
          {
            name: t('home.states.alerts'),
            value: alerts.open,
            note: t('home.states.alertsNote', {
              page: String(alerts.page),
              ticket: String(alerts.ticket),
            }),
          },
        ]}
      />
      <StackedBar
        label={t('home.stranger.slos')}
        parts={sloStates.map(state => ({
          name: t(`home.budgets.states.${state}`),
          value: slos.states[state],
          color: stateColors[state],
        }))}
      />
    </div>
  );
}
