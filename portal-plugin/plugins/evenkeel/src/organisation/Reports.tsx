import { value, type Schemas } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  Refused,
  Section,
  Shown,
  Sub,
  day,
  refusalOf,
  useChange,
  usePages,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { RiDownloadLine } from '@remixicon/react';

import { evenkeelTranslationRef } from '../translation';
import styles from './organisation.module.css';

type Form = 'csv' | 'document';

/** The reports that were published, to be downloaded as they were. */
export function Reports() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const reports = usePages(['reports'], (api, after, signal) =>
    value(
      api.GET('/v1/reports', {
        params: { query: { limit: 20, after } },
        signal,
      }),
    ),
  );
  const download = useChange(
    async (api, of: { report: Schemas['ReportHead']; form: Form }) => {
      const init = {
        params: { path: { report: of.report.id } },
        parseAs: 'text',
      } as const;
      const text =
        of.form === 'csv'
          ? await value(api.GET('/v1/reports/{report}/csv', init))
          : await value(api.GET('/v1/reports/{report}/document', init));
      save(
        `evenkeel-report-${of.report.number}.${
          of.form === 'csv' ? 'csv' : 'json'
        }`,
        of.form === 'csv' ? 'text/csv' : 'application/json',
        text,
      );
    },
    { touches: [] },
  );
  return (
    <Section
      title={t('organisation.reports.title')}
      note={t('organisation.reports.note')}
    >
      <Refused refusal={refusalOf(download.error, [])} />
      <Shown what={t('organisation.reports.what')} read={reports}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('organisation.reports.none')}>
              {t('organisation.reports.noneText')}
            </Nothing>
          ) : (
            <DataTable
              caption={t('organisation.reports.title')}
              head={[
                t('organisation.reports.columns.number'),
                t('organisation.reports.columns.period'),
                t('organisation.reports.columns.published'),
                t('organisation.reports.columns.download'),
              ]}
            >
              {found.map(report => (
                <tr key={report.id}>
                  <th scope="row">
                    {t('organisation.reports.name', {
                      number: String(report.number),
                    })}
                    <Sub>
                      {report.scope.kind === 'organisation'
                        ? t('organisation.reports.organisation')
                        : report.scope.name || report.scope.slug}
                    </Sub>
                  </th>
                  <td>
                    {report.period.name ||
                      `${day(report.period.from)} – ${day(report.period.to)}`}
                  </td>
                  <td>
                    {day(report.publishedAt)}
                    <Sub>
                      {report.occasion === 'monthly'
                        ? t('organisation.reports.monthly')
                        : t('organisation.reports.by', {
                            by: report.publishedBy,
                          })}
                    </Sub>
                  </td>
                  <td>
                    <span className={styles.downloads}>
                      <Button
                        size="small"
                        variant="secondary"
                        iconStart={<RiDownloadLine />}
                        aria-label={t('organisation.reports.csvOf', {
                          number: String(report.number),
                        })}
                        onPress={() => download.mutate({ report, form: 'csv' })}
                      >
                        {t('organisation.reports.csv')}
                      </Button>
                      <Button
                        size="small"
                        variant="secondary"
                        iconStart={<RiDownloadLine />}
                        aria-label={t('organisation.reports.documentOf', {
                          number: String(report.number),
                        })}
                        onPress={() =>
                          download.mutate({ report, form: 'document' })
                        }
                      >
                        {t('organisation.reports.document')}
                      </Button>
                    </span>
                  </td>
                </tr>
              ))}
            </DataTable>
          )
        }
      </Shown>
      <More of={reports} />
    </Section>
  );
}

// The portal's fetch adds who asks, which a plain link would not.
function save(name: string, type: string, text: string) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
  URL.revokeObjectURL(href);
}
