import type { Schemas } from '@evenkeel/client';
import { number, percent } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { Explain } from './Explain';
import { useWindowWords } from './words';
import styles from './slos.module.css';

/** Objective, SLI and budget of an SLO as three large numbers, each of which explains itself. */
export function BigFigures(props: {
  slo: Schemas['SLO'];
  /** Undefined while it is read. */
  status: Schemas['SLOStatus'] | undefined;
  small?: boolean;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo, status } = props;
  const windowOf = useWindowWords();
  const of = { service: slo.service.slug, slo: slo.slug };
  const budget = status?.window;
  const unknown = status ? t('slos.unknown') : '…';
  return (
    <dl className={props.small ? styles.smallFigures : styles.figures}>
      <div>
        <dt>{t('slos.figures.objective')}</dt>
        <dd>
          <strong>{slo.objective.replace(/%$/, ' %')}</strong>
          <small>{windowOf(slo)}</small>
        </dd>
      </div>
      <div>
        <dt>{t('slos.figures.sli')}</dt>
        <dd>
          <Explain
            of={of}
            what={t('slos.figures.sli')}
            figures={['window.sli']}
          >
            <strong>
              {budget?.sli !== null && budget?.sli !== undefined
                ? percent(budget.sli, 3)
                : unknown}
            </strong>
          </Explain>
          <small>
            {budget
              ? t('slos.figures.counts', {
                  good: number(budget.good, 0),
                  total: number(budget.total, 0),
                })
              : ' '}
          </small>
        </dd>
      </div>
      <div>
        <dt>{t('slos.figures.budget')}</dt>
        <dd>
          <Explain
            of={of}
            what={t('slos.figures.budget')}
            figures={['window.remaining', 'window.burned']}
          >
            <strong
              className={
                status && status.state !== 'no_data'
                  ? styles[status.state]
                  : undefined
              }
            >
              {budget?.remaining !== null && budget?.remaining !== undefined
                ? percent(budget.remaining, 1)
                : unknown}
            </strong>
          </Explain>
          <small>
            {budget && budget.remainingEvents !== null
              ? t(
                  budget.remainingEvents < 0
                    ? 'slos.figures.over'
                    : 'slos.figures.left',
                  { events: number(Math.abs(budget.remainingEvents), 0) },
                )
              : ' '}
          </small>
        </dd>
      </div>
    </dl>
  );
}
