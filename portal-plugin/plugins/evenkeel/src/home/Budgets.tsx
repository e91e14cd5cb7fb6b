import { value, type Schemas } from '@evenkeel/client';
import {
  DataTable,
  Nothing,
  Section,
  Shown,
  Sub,
  Word,
  percent,
  sloTones,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink } from '@backstage/ui';

import { SLOLink } from '../scorecards/links';
import { slosRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import styles from './home.module.css';

type AtRisk = { slo: Schemas['SLO']; status: Schemas['SLOStatus'] };

const SHOWN = 6;

/** The SLOs of the person's teams that are spent or burn too fast, the least budget first. */
export function Budgets(props: { teams: readonly string[] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { teams } = props;
  const all = useRouteRef(slosRouteRef);
  const atRisk = useRead<AtRisk[]>(
    ['slos', 'at-risk', ...teams],
    async (api, signal) => {
      const lists = await Promise.all(
        teams.flatMap(team =>
          (['exhausted', 'at_risk'] as const).map(state =>
            value(
              api.GET('/v1/slos', {
                params: {
                  query: { team, state, order: 'remaining', limit: SHOWN },
                },
                signal,
              }),
            ),
          ),
        ),
      );
      const found = await Promise.all(
        lists
          .flatMap(list => list.items ?? [])
          .map(async slo => ({
            slo,
            status: await value(
              api.GET('/v1/services/{service}/slos/{slo}/status', {
                params: { path: { service: slo.service.slug, slo: slo.slug } },
                signal,
              }),
            ),
          })),
      );
      return found.sort(
        (a, b) =>
          (a.status.window.remaining ?? 1) - (b.status.window.remaining ?? 1),
      );
    },
  );
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
              {found.slice(0, SHOWN).map(({ slo, status }) => (
                <tr key={slo.id}>
                  <th scope="row">
                    <SLOLink service={slo.service.slug} slo={slo.slug}>
                      {slo.name}
                    </SLOLink>
                    <Sub>{slo.service.slug}</Sub>
                  </th>
                  <td>
                    <span className={styles.words}>
                      <Word tone={sloTones[slo.state]}>
                        {t(`home.budgets.states.${slo.state}`)}
                      </Word>
                      {slo.stale && (
                        <Word tone="stale">{t('home.budgets.stale')}</Word>
                      )}
                    </span>
                  </td>
                  <td className={styles.number}>
                    {status.window.remaining === null
                      ? t('home.budgets.unknown')
                      : percent(status.window.remaining, 1)}
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
