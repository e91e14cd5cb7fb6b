import {
  DataTable,
  Nothing,
  Section,
  Shown,
  Sub,
  number,
  percent,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { useImpact } from './data';

/** What an incident cost of the error budgets of the SLOs of its services. */
export function Impact(props: { incident: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useImpact(props.incident);
  return (
    <Section title={t('incidents.impact.title')}>
      <Shown what={t('incidents.impact.title')} read={read}>
        {impact =>
          impact.slos.length > 0 ? (
            <DataTable
              caption={t('incidents.impact.title')}
              head={[
                t('incidents.impact.slo'),
                t('incidents.impact.bad'),
                t('incidents.impact.budget'),
              ]}
            >
              {impact.slos.map(s => {
                const month = s.periods.find(p => p.period === '28d');
                const why = s.unknown ?? month?.unknown;
                return (
                  <tr key={s.slo.id}>
                    <th scope="row">
                      {s.name}
                      <Sub>{`${s.service.slug} · ${t(
                        `incidents.services.${s.role}`,
                      )}`}</Sub>
                    </th>
                    <td>
                      {s.bad === null
                        ? t('incidents.impact.unknown')
                        : number(s.bad, 0)}
                    </td>
                    <td>
                      {month?.share === null || month?.share === undefined ? (
                        <>
                          {t('incidents.impact.unknown')}
                          {why && (
                            <Sub>{t(`incidents.impact.whys.${why}`)}</Sub>
                          )}
                        </>
                      ) : (
                        percent(month.share)
                      )}
                    </td>
                  </tr>
                );
              })}
            </DataTable>
          ) : (
            <Nothing title={t('incidents.impact.none')} />
          )
        }
      </Shown>
    </Section>
  );
}
