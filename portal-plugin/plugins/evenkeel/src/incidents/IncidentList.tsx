import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Sub,
  Word,
  ago,
  useMe,
  useSettled,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Link, SearchField, Select } from '@backstage/ui';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';

import {
  incidentRouteRef,
  incidentStatisticsRouteRef,
  postmortemRouteRef,
} from '../routes';
import { useTeams } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { ActionTable } from './ActionItems';
import { DeclareDialog } from './DeclareDialog';
import { Postmortems } from './Postmortems';
import { StatisticsFigures } from './StatisticsFigures';
import { Templates } from './Templates';
import {
  severities,
  severityTones,
  statusTones,
  useActions,
  useBacklog,
  useHits,
  useIncidents,
  useStatistics,
  type Filter,
} from './data';
import styles from './incidents.module.css';

/** All incidents: what came of them, the list with its filters, the search, postmortems and action items. */
export function IncidentList() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [query, setQuery] = useSearchParams();
  const [declaring, setDeclaring] = useState(false);
  const teams = useTeams();
  const me = useMe();
  const reason =
    me.data && !me.data.administrator && me.data.teams.length === 0
      ? t('incidents.change.noTeam')
      : undefined;
  const open = query.get('open');
  const filter: Filter = {
    open: open === 'true' || open === 'false' ? open : undefined,
    severity: severities.find(s => s === query.get('severity')),
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
  const text = query.get('q') ?? '';
  const settled = useSettled(text, 300);
  return (
    <>
      <Statistics team={filter.team} />
      <Section
        title={t('incidents.list')}
        actions={
          <RightButton
            reason={reason}
            size="small"
            variant="primary"
            onPress={() => setDeclaring(true)}
          >
            {t('incidents.declare')}
          </RightButton>
        }
      >
        <div className={styles.filters}>
          <SearchField
            label={t('incidents.search')}
            placeholder={t('incidents.searchIn')}
            value={text}
            onChange={to => set('q', to)}
          />
          <Select
            label={t('incidents.filter.state')}
            options={[
              { value: '', label: t('incidents.filter.all') },
              { value: 'true', label: t('incidents.filter.open') },
              { value: 'false', label: t('incidents.filter.closed') },
            ]}
            value={filter.open ?? ''}
            onChange={key => set('open', String(key ?? ''))}
          />
          <Select
            label={t('incidents.filter.severity')}
            options={[
              { value: '', label: t('incidents.filter.anySeverity') },
              ...severities.map(s => ({
                value: s,
                label: t(`incidents.severity.${s}`),
              })),
            ]}
            value={filter.severity ?? ''}
            onChange={key => set('severity', String(key ?? ''))}
          />
          <Select
            label={t('incidents.filter.team')}
            options={[
              { value: '', label: t('incidents.filter.anyTeam') },
              ...(teams.data ?? []).map(of => ({
                value: of.slug,
                label: of.name,
              })),
            ]}
            value={filter.team ?? ''}
            onChange={key => set('team', String(key ?? ''))}
          />
        </div>
        {settled.trim() === '' ? (
          <Listed filter={filter} />
        ) : (
          <Found text={settled} />
        )}
      </Section>
      <Actions team={filter.team} />
      <Postmortems team={filter.team} />
      <Templates />
      {declaring && <DeclareDialog onClose={() => setDeclaring(false)} />}
    </>
  );
}

function Listed(props: { filter: Filter }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useIncidents(props.filter);
  const to = useRouteRef(incidentRouteRef);
  return (
    <Shown what={t('incidents.list')} read={read}>
      {incidents =>
        incidents.length > 0 ? (
          <>
            <DataTable
              caption={t('incidents.list')}
              head={[
                t('incidents.column.title'),
                t('incidents.column.severity'),
                t('incidents.column.status'),
                t('incidents.column.services'),
                t('incidents.column.began'),
                t('incidents.column.team'),
              ]}
            >
              {incidents.map(i => (
                <tr key={i.id}>
                  <th scope="row">
                    <Link href={to?.({ incident: i.id }) ?? ''}>{i.title}</Link>
                    {i.restricted && <Sub>{t('incidents.restricted')}</Sub>}
                  </th>
                  <td>
                    <Word tone={severityTones[i.severity]}>
                      {t(`incidents.severity.${i.severity}`)}
                    </Word>
                  </td>
                  <td>
                    <Word tone={statusTones[i.status]}>
                      {t(`incidents.status.${i.status}`)}
                    </Word>
                  </td>
                  <td>{i.services.map(s => s.service.slug).join(', ')}</td>
                  <td className={styles.once}>{ago(i.impactStart)}</td>
                  <td>{i.team.slug}</td>
                </tr>
              ))}
            </DataTable>
            <More of={read} />
          </>
        ) : (
          <Nothing title={t('incidents.none')}>
            {t('incidents.noneText')}
          </Nothing>
        )
      }
    </Shown>
  );
}

function Found(props: { text: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useHits(props.text);
  const incident = useRouteRef(incidentRouteRef);
  const postmortem = useRouteRef(postmortemRouteRef);
  const at = (hit: Schemas['IncidentHit']) =>
    (hit.kind === 'postmortem' ? postmortem : incident)?.({
      incident: hit.id,
    }) ?? '';
  return (
    <Shown what={t('incidents.list')} read={read}>
      {hits =>
        hits.length > 0 ? (
          <>
            <Rows label={t('incidents.found', { text: props.text })}>
              {hits.map(hit => (
                <Row
                  key={`${hit.kind} ${hit.subject}`}
                  sub={hit.snippet.map((part, i) =>
                    part.hit ? (
                      // The parts of a snippet do not move.
                      // eslint-disable-next-line react/no-array-index-key
                      <mark key={i}>{part.text}</mark>
                    ) : (
                      part.text
                    ),
                  )}
                  end={
                    <Word tone={severityTones[hit.severity]}>
                      {t(`incidents.severity.${hit.severity}`)}
                    </Word>
                  }
                >
                  <Link href={at(hit)}>{hit.title}</Link>{' '}
                  {t(`incidents.hits.${hit.kind}`)}
                </Row>
              ))}
            </Rows>
            <More of={read} />
          </>
        ) : (
          <Nothing title={t('incidents.searchNone')} />
        )
      }
    </Shown>
  );
}

function Statistics(props: { team: string | undefined }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = props;
  const read = useStatistics(team);
  const to = useRouteRef(incidentStatisticsRouteRef);
  return (
    <Section
      title={t('incidents.statistics.title')}
      actions={
        <ButtonLink
          size="small"
          variant="secondary"
          href={`${to?.() ?? ''}${
            team ? `?team=${encodeURIComponent(team)}` : ''
          }`}
        >
          {t('incidents.statistics.page')}
        </ButtonLink>
      }
    >
      <Shown what={t('incidents.statistics.title')} read={read}>
        {of => <StatisticsFigures of={of} />}
      </Shown>
    </Section>
  );
}

function Actions(props: { team: string | undefined }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const backlog = useBacklog(props.team);
  const read = useActions({ team: props.team, state: 'open' });
  const b = backlog.data;
  return (
    <Section
      title={t('incidents.actions.all')}
      note={
        b &&
        t('incidents.actions.backlog', {
          open: String(b.open),
          overdue: String(b.overdue),
          inTime: String(b.doneInTime),
          late: String(b.doneLate),
        })
      }
    >
      <Shown what={t('incidents.actions.all')} read={read}>
        {items =>
          items.length > 0 ? (
            <>
              <ActionTable items={items} withIncident />
              <More of={read} />
            </>
          ) : (
            <Nothing title={t('incidents.actions.noneOpen')} />
          )
        }
      </Shown>
    </Section>
  );
}
