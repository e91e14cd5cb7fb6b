import { value } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  Section,
  Shown,
  Sub,
  Word,
  ago,
  usePages,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';

import { postmortemRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { isOwed, postmortemTones } from './data';

/** The postmortems of a team, or of all: those that are due first among them. */
export function Postmortems(props: { team: string | undefined }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = props;
  const to = useRouteRef(postmortemRouteRef);
  const read = usePages(
    ['incidents', 'postmortems', team],
    (api, after, signal) =>
      value(
        api.GET('/v1/postmortems', {
          params: { query: { team, after, limit: 50 } },
          signal,
        }),
      ),
  );
  return (
    <Section title={t('incidents.postmortem.list')}>
      <Shown what={t('incidents.postmortem.list')} read={read}>
        {heads =>
          heads.length > 0 ? (
            <>
              <DataTable
                caption={t('incidents.postmortem.list')}
                head={[
                  t('incidents.column.title'),
                  t('incidents.column.status'),
                  t('incidents.column.team'),
                  t('incidents.actions.due'),
                ]}
              >
                {heads.map(head => (
                  <tr key={head.id}>
                    <th scope="row">
                      <Link href={to?.({ incident: head.incident.id }) ?? ''}>
                        {head.incident.title}
                      </Link>
                      <Sub>{ago(head.incident.impactStart)}</Sub>
                    </th>
                    <td>
                      <Word tone={postmortemTones[head.status]}>
                        {t(`incidents.postmortem.statuses.${head.status}`)}
                      </Word>
                    </td>
                    <td>{head.incident.team.slug}</td>
                    <td>
                      {head.overdue ? (
                        <Word tone="bad">
                          {t('incidents.postmortem.overdue')}
                        </Word>
                      ) : (
                        head.dueAt && isOwed(head.status) && ago(head.dueAt)
                      )}
                    </td>
                  </tr>
                ))}
              </DataTable>
              <More of={read} />
            </>
          ) : (
            <Nothing title={t('incidents.postmortem.listNone')}>
              {t('incidents.postmortem.listNoneText')}
            </Nothing>
          )
        }
      </Shown>
    </Section>
  );
}
