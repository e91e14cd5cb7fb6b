import {
  DataTable,
  EvenkeelRoot,
  Figures,
  More,
  Nothing,
  PageBody,
  Section,
  Shown,
  Sub,
  Word,
  ago,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Select, Text } from '@backstage/ui';
import { Route, Routes, useParams, useSearchParams } from 'react-router-dom';

import { useTeams } from '../services';
import styles from '../incidents/incidents.module.css';
import { issueRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { Violations } from '../violations/Violations';
import { IssuePage } from './IssuePage';
import { IssueTitle } from './IssueTitle';
import {
  deliveries,
  deliveryTones,
  kinds,
  useDelivery,
  useIssues,
  useTally,
  type Filter,
} from './data';

/** What Evenkeel wants done: violations, and issues as they are on GitHub. */
export function IssuesPage() {
  return (
    <EvenkeelRoot>
      <PageBody>
        <Routes>
          <Route path="/" element={<IssueList />} />
          <Route path="/:issue" element={<One />} />
        </Routes>
      </PageBody>
    </EvenkeelRoot>
  );
}

function One() {
  const { issue = '' } = useParams();
  return <IssuePage key={issue} issue={issue} />;
}

function IssueList() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [query, setQuery] = useSearchParams();
  const teams = useTeams();
  const state = query.get('state') ?? 'open';
  const filter: Filter = {
    state: state === 'open' || state === 'closed' ? state : undefined,
    kind: kinds.find(k => k === query.get('kind')),
    deliveryState: deliveries.find(d => d === query.get('delivery')),
    team: query.get('team') ?? undefined,
  };
  const set = (name: string, to: string) =>
    setQuery(
      before => {
        const after = new URLSearchParams(before);
        if (to) {
          after.set(name, to);
        } else {
          after.delete(name);
        }
        return after;
      },
      { replace: true },
    );
  return (
    <>
      <Text as="p" variant="body-medium">
        {t('issues.lede')}
      </Text>
      <Violations of={{ team: filter.team }} />
      <Tally team={filter.team} />
      <Section title={t('issues.list')}>
        <div className={styles.filters}>
          <Select
            label={t('issues.filter.state')}
            options={[
              { value: 'open', label: t('issues.filter.open') },
              { value: 'closed', label: t('issues.filter.closed') },
              { value: 'all', label: t('issues.filter.all') },
            ]}
            value={state}
            onChange={key => set('state', String(key ?? ''))}
          />
          <Select
            label={t('issues.filter.kind')}
            options={[
              { value: '', label: t('issues.filter.anyKind') },
              ...kinds.map(k => ({ value: k, label: t(`issues.kinds.${k}`) })),
            ]}
            value={filter.kind ?? ''}
            onChange={key => set('kind', String(key ?? ''))}
          />
          <Select
            label={t('issues.filter.delivery')}
            options={[
              { value: '', label: t('issues.filter.anyDelivery') },
              ...deliveries.map(d => ({
                value: d,
                label: t(`issues.states.${d}`),
              })),
            ]}
            value={filter.deliveryState ?? ''}
            onChange={key => set('delivery', String(key ?? ''))}
          />
          <Select
            label={t('issues.filter.team')}
            options={[
              { value: '', label: t('issues.filter.anyTeam') },
              ...(teams.data ?? []).map(of => ({
                value: of.slug,
                label: of.name,
              })),
            ]}
            value={filter.team ?? ''}
            onChange={key => set('team', String(key ?? ''))}
          />
        </div>
        <Listed filter={filter} />
      </Section>
    </>
  );
}

function Tally(props: { team: string | undefined }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useTally(props.team);
  const delivery = useDelivery();
  let note: string | undefined;
  if (delivery.data) {
    note = t('issues.tally.sending');
    if (!delivery.data.hasTracker) {
      note = t('issues.tally.draftsText');
    } else if (delivery.data.stopped) {
      note = t('issues.tally.stopped');
    } else if (!delivery.data.sending) {
      note = t('issues.tally.notSending');
    }
  }
  return (
    <Section title={t('issues.tally.title')} note={note}>
      <Shown what={t('issues.tally.title')} read={read}>
        {tally => (
          <Figures
            figures={[
              { name: t('issues.tally.sent'), value: tally.states.sent },
              { name: t('issues.tally.drafts'), value: tally.states.draft },
              { name: t('issues.tally.waiting'), value: tally.waiting },
              { name: t('issues.tally.dead'), value: tally.states.dead },
              { name: t('issues.tally.week'), value: tally.openedLastWeek },
            ]}
          />
        )}
      </Shown>
    </Section>
  );
}

function Listed(props: { filter: Filter }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useIssues(props.filter);
  const to = useRouteRef(issueRouteRef);
  return (
    <Shown what={t('issues.list')} read={read}>
      {issues =>
        issues.length > 0 ? (
          <>
            <DataTable
              caption={t('issues.list')}
              head={[
                t('issues.column.issue'),
                t('issues.column.kind'),
                t('issues.column.state'),
                t('issues.column.delivery'),
                t('issues.column.updated'),
              ]}
            >
              {issues.map(i => (
                <tr key={i.id}>
                  <th scope="row">
                    <Link href={to?.({ issue: i.id }) ?? ''}>
                      <IssueTitle text={i.title} />
                    </Link>
                    <Sub>{i.service?.slug ?? i.repository}</Sub>
                  </th>
                  <td>{t(`issues.kinds.${i.kind}`)}</td>
                  <td>
                    <Word tone={i.open ? 'warning' : 'good'}>
                      {i.open ? t('issues.open') : t('issues.closed')}
                    </Word>
                  </td>
                  <td>
                    <Word tone={deliveryTones[i.delivery.state]}>
                      {t(`issues.states.${i.delivery.state}`)}
                    </Word>
                  </td>
                  <td className={styles.once}>{ago(i.updatedAt)}</td>
                </tr>
              ))}
            </DataTable>
            <More of={read} />
          </>
        ) : (
          <Nothing title={t('issues.none')}>{t('issues.noneText')}</Nothing>
        )
      }
    </Shown>
  );
}
