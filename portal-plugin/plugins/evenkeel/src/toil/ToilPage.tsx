import type { Schemas } from '@evenkeel/client';
import {
  EvenkeelRoot,
  Nothing,
  Shown,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, Text } from '@backstage/ui';
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
      <Routes>
        <Route path="/" element={<Chosen />} />
        <Route path="/:team" element={<Chosen />} />
      </Routes>
    </EvenkeelRoot>
  );
}

function Chosen() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = useParams();
  const me = useMe();
  const teams = useTeams();
  return (
    <div className={styles.page}>
      <Text as="p" variant="body-medium" className={styles.lede}>
        {t('toil.lede')}
      </Text>
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
    </div>
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
  return (
    <>
      <Select
        label={t('toil.team')}
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
        style={{ maxWidth: 320 }}
      />
      <TeamToil key={team} team={team} />
    </>
  );
}
