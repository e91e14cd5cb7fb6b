import type { Schemas } from '@evenkeel/client';
import {
  EvenkeelRoot,
  Nothing,
  PageBody,
  PageTitle,
  Shown,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select } from '@backstage/ui';
import { Route, Routes, useNavigate, useParams } from 'react-router-dom';

import { teamToilRouteRef } from '../routes';
import { useTeams } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { TeamToil } from './TeamToil';
import styles from './toil.module.css';

/** The toil of a team, mine first. */
export function ToilPage() {
  return (
    <EvenkeelRoot>
      <PageBody>
        <Routes>
          <Route path="/" element={<Chosen />} />
          <Route path="/:team" element={<Chosen />} />
        </Routes>
      </PageBody>
    </EvenkeelRoot>
  );
}

function Chosen() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = useParams();
  const me = useMe();
  const teams = useTeams();
  return (
    <Shown what={t('toil.title')} read={me}>
      {who => (
        <Shown what={t('toil.title')} read={teams}>
          {all =>
            all.length > 0 ? (
              <OfTeam
                me={who}
                teams={all}
                team={team ?? who.teams[0]?.slug ?? all[0].slug}
              />
            ) : (
              <Nothing title={t('toil.noTeams.title')}>
                {t('toil.noTeams.text')}
              </Nothing>
            )
          }
        </Shown>
      )}
    </Shown>
  );
}

function OfTeam(props: {
  me: Schemas['Me'];
  teams: readonly Schemas['Team'][];
  team: string;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { me, teams, team } = props;
  const to = useRouteRef(teamToilRouteRef);
  const navigate = useNavigate();
  const mine = teams.filter(of => me.teams.some(m => m.slug === of.slug));
  const others = teams.filter(of => !mine.includes(of));
  const option = (of: Schemas['Team']) => ({ value: of.slug, label: of.name });
  const name = teams.find(of => of.slug === team)?.name ?? team;
  return (
    <>
      <PageTitle
        title={t('toil.of', { team: name })}
        meta={<span>{t('toil.lede')}</span>}
        actions={
          <div className={styles.select}>
            <Select
              aria-label={t('toil.team')}
              size="small"
              options={[
                ...(mine.length > 0
                  ? [{ title: t('toil.mine'), options: mine.map(option) }]
                  : []),
                ...(others.length > 0
                  ? [{ title: t('toil.others'), options: others.map(option) }]
                  : []),
              ]}
              value={team}
              onChange={key => {
                if (to && key) {
                  navigate(to({ team: String(key) }));
                }
              }}
            />
          </div>
        }
      />
      <TeamToil key={team} team={team} />
    </>
  );
}
