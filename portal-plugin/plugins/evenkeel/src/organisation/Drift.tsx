import { value } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  Section,
  Shown,
  Word,
  ago,
  usePages,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { ServiceLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';

/** The services that nobody may look after any more. */
export function Drift() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const drift = usePages(['ownership-drift'], (api, after, signal) =>
    value(
      api.GET('/v1/ownership-drift', {
        params: { query: { limit: 50, after } },
        signal,
      }),
    ),
  );
  return (
    <Section
      title={t('organisation.drift.title')}
      note={t('organisation.drift.note')}
    >
      <Shown what={t('organisation.drift.what')} read={drift}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('organisation.drift.none')}>
              {t('organisation.drift.noneText')}
            </Nothing>
          ) : (
            <DataTable
              caption={t('organisation.drift.title')}
              head={[
                t('organisation.drift.columns.service'),
                t('organisation.drift.columns.reason'),
                t('organisation.drift.columns.detail'),
                t('organisation.drift.columns.team'),
                t('organisation.drift.columns.found'),
                t('organisation.drift.columns.told'),
              ]}
            >
              {found.map(of => (
                <tr key={of.id}>
                  <th scope="row">
                    <ServiceLink service={of.service.slug} />
                  </th>
                  <td>
                    <Word tone="warning">
                      {t(`organisation.drift.reasons.${of.reason}`)}
                    </Word>
                  </td>
                  <td>{of.detail}</td>
                  <td>{of.team.slug}</td>
                  <td>{ago(of.foundAt)}</td>
                  <td>
                    {of.escalatedAt
                      ? ago(of.escalatedAt)
                      : t('organisation.drift.notTold')}
                  </td>
                </tr>
              ))}
            </DataTable>
          )
        }
      </Shown>
      <More of={drift} />
    </Section>
  );
}
