import { value } from '@evenkeel/client';
import {
  DataTable,
  Nothing,
  Section,
  Shown,
  Sub,
  percent,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink } from '@backstage/ui';

import { SLOLink } from '../scorecards/links';
import { slosRouteRef } from '../routes';
import { Meter } from '../slos/Meter';
import { StateWord } from '../slos/StateWord';
import { evenkeelTranslationRef } from '../translation';
import styles from './home.module.css';

const SHOWN = 6;

/** The SLOs of the person's teams that are spent or burn too fast, the least budget first. */
export function Budgets(props: { teams: readonly string[] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { teams } = props;
  const all = useRouteRef(slosRouteRef);
  const atRisk = useRead(['slos', 'at-risk', ...teams], async (api, signal) => {
    const lists = await Promise.all(
      teams.flatMap(team =>
        (['exhausted', 'at_risk'] as const).map(state =>
          value(
            api.GET('/v1/slo-statuses', {
              params: {
                query: { team, state, order: 'remaining', limit: SHOWN },
              },
              signal,
            }),
          ),
        ),
      ),
    );
    // An SLO of a team below another one comes with both.
    const byID = new Map(
      lists.flatMap(list => list.items ?? []).map(of => [of.slo.id, of]),
    );
    return [...byID.values()].sort(
      (a, b) => (a.leastRemaining ?? Infinity) - (b.leastRemaining ?? Infinity),
    );
  });
  return (
    <Section
      title={t('home.budgets.title')}
      note={t('home.budgets.note')}
      actions={
        all && (
          <ButtonLink size="small" variant="tertiary" href={all()}>
            {t('home.budgets.all')}
          </ButtonLink>
        )
      }
    >
      <Shown what={t('home.budgets.what')} read={atRisk}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('home.budgets.none')}>
              {t('home.budgets.noneText')}
            </Nothing>
          ) : (
            <DataTable
              caption={t('home.budgets.title')}
              head={[
                t('home.budgets.columns.slo'),
                t('home.budgets.columns.state'),
                t('home.budgets.columns.remaining'),
              ]}
            >
              {found.slice(0, SHOWN).map(of => (
                <tr key={of.slo.id}>
                  <th scope="row">
                    <SLOLink service={of.service.slug} slo={of.slo.slug}>
                      {of.name}
                    </SLOLink>
                    <Sub>{of.service.slug}</Sub>
                  </th>
                  <td>
                    <StateWord state={of.state} stale={of.stale} />
                  </td>
                  <td className={styles.number}>
                    {of.leastRemaining === null
                      ? t('slos.unknown')
                      : percent(of.leastRemaining, 1)}
                    <Meter remaining={of.leastRemaining} state={of.state} />
                  </td>
                </tr>
              ))}
            </DataTable>
          )
        }
      </Shown>
    </Section>
  );
}
