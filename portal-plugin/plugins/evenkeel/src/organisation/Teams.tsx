import { value, type Schemas } from '@evenkeel/client';
import {
  Figures,
  Nothing,
  Section,
  Shown,
  StackedBar,
  Sub,
  levelParts,
  number,
  percent,
  useRead,
  type Figure,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';

import { Drift } from '../kept/Drift';
import { signed } from '../scorecards/LevelFigures';
import { ToilLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import { OverviewFigures } from './OverviewFigures';
import styles from './organisation.module.css';

/** The tree of teams: each row opens. */
export function Teams(props: { report: Schemas['ScorecardReport'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { report } = props;
  return (
    <Section
      title={t('organisation.teams.title')}
      note={t('organisation.teams.note')}
    >
      {report.teams.length === 0 ? (
        <Nothing title={t('organisation.teams.none')}>
          {t('organisation.teams.noneText')}
        </Nothing>
      ) : (
        report.teams.map(team => (
          <TeamRow key={team.team.id} team={team} levels={report.levels} />
        ))
      )}
    </Section>
  );
}

function TeamRow(props: {
  team: Schemas['ScorecardTeamSums'];
  levels: Schemas['ScorecardLevel'][];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, levels } = props;
  const [open, setOpen] = useState(false);
  const parts = levelParts(levels, team.now.levels, t('scorecards.level.none'));
  return (
    <details
      className={styles.unit}
      onToggle={event => {
        // Those below it tell it, too.
        if (event.target === event.currentTarget) {
          setOpen(event.currentTarget.open);
        }
      }}
    >
      <summary>
        <span className={styles.name}>
          {team.name}
          <Sub>
            {t('organisation.teams.services', { count: team.now.services })}
          </Sub>
        </span>
        <span className={styles.bar}>
          <StackedBar label={team.name} parts={parts} />
          <Sub>
            {parts
              .filter(p => p.value > 0)
              .map(p => `${p.name} ${p.value}`)
              .join(' · ')}
          </Sub>
        </span>
        <span className={styles.score}>
          {team.now.score === null
            ? t('organisation.teams.noScore')
            : t('organisation.teams.score', {
                score: number(team.now.score, 0),
              })}
          {team.change !== null && (
            <Sub>
              {t('organisation.teams.change', { change: signed(team.change) })}
            </Sub>
          )}
        </span>
      </summary>
      {open && (
        <div className={styles.opened}>
          <Drift of={{ team: team.team.slug }} />
          <TeamDetail team={team.team.slug} />
          {team.teams.map(below => (
            <TeamRow key={below.team.id} team={below} levels={levels} />
          ))}
        </div>
      )}
    </details>
  );
}

type Detail = {
  overview: Schemas['Overview'];
  toil: Schemas['Toil'];
  violations: Schemas['ViolationList'];
  backlog: Schemas['ActionItemBacklog'];
  incidents: Schemas['IncidentStatistics'];
};

// What is not known of a share is said, and never shown as a figure.
const toilStates = {
  no_data: 'organisation.teams.toilStates.no_data',
  insufficient: 'organisation.teams.toilStates.insufficient',
  too_few: 'organisation.teams.toilStates.few',
} as const;

function TeamDetail(props: { team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = props;
  const detail = useRead<Detail>(
    ['teams', team, 'report'],
    async (api, signal) => {
      const query = { team };
      const [overview, toil, violations, backlog, incidents] =
        await Promise.all([
          value(api.GET('/v1/overview', { params: { query }, signal })),
          value(
            api.GET('/v1/teams/{team}/toil', {
              params: { path: { team } },
              signal,
            }),
          ),
          value(
            api.GET('/v1/violations', {
              params: { query: { team, state: 'open', limit: 50 } },
              signal,
            }),
          ),
          value(
            api.GET('/v1/action-item-backlog', { params: { query }, signal }),
          ),
          value(
            api.GET('/v1/incident-statistics', { params: { query }, signal }),
          ),
        ]);
      return { overview, toil, violations, backlog, incidents };
    },
  );
  return (
    <Shown what={t('organisation.teams.detail', { team })} read={detail}>
      {of => (
        <>
          {of.overview.slos.total > 0 && (
            <OverviewFigures overview={of.overview} />
          )}
          <Figures figures={[toilFigure(of), ...otherFigures(of)]} />
        </>
      )}
    </Shown>
  );

  function toilFigure(of: Detail): Figure {
    const { rolling } = of.toil;
    const share = rolling.answers?.share ?? rolling.entries?.share;
    const known = rolling.state === 'known' && share !== undefined;
    return {
      name: t('organisation.teams.toil'),
      value: (
        <ToilLink team={team}>
          {known ? percent(share, 0) : t('organisation.teams.notKnown')}
        </ToilLink>
      ),
      note:
        rolling.state === 'known'
          ? rolling.aboveCap && t('organisation.teams.aboveCap')
          : t(toilStates[rolling.state]),
    };
  }

  function otherFigures(of: Detail): Figure[] {
    const open = of.violations.items?.length ?? 0;
    return [
      {
        name: t('organisation.teams.violations'),
        value: of.violations.next ? `${open}+` : open,
        note: t('organisation.teams.own'),
      },
      {
        name: t('organisation.teams.overdue'),
        value: of.backlog.overdue,
        note: t('organisation.teams.overdueOf', {
          open: String(of.backlog.open),
        }),
      },
      {
        name: t('organisation.teams.incidents'),
        value: of.incidents.incidents,
        note: t('organisation.teams.incidentsNote'),
      },
    ];
  }
}
