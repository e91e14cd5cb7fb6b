import {
  Column,
  Columns,
  EvenkeelRoot,
  PageBody,
  PageTitle,
  Shown,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Schemas } from '@evenkeel/client';

import { evenkeelTranslationRef } from '../translation';
import { Budgets } from './Budgets';
import { ExpiringExemptions } from './ExpiringExemptions';
import { Failures } from './Failures';
import { OverdueActions } from './OverdueActions';
import { Stranger } from './Stranger';
import { ToDo } from './ToDo';
import { ToilQuestions } from './ToilQuestion';
import { MOST_TEAMS } from './teams';

/** The page for the person who is signed in: what waits for them. */
export function HomePage() {
  return (
    <EvenkeelRoot>
      <Home />
    </EvenkeelRoot>
  );
}

function Home() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  return (
    <PageBody>
      <Shown what={t('home.you')} read={me}>
        {who =>
          who.teams.length === 0 ? (
            <Stranger name={who.name} />
          ) : (
            <Member me={who} />
          )
        }
      </Shown>
    </PageBody>
  );
}

function Member(props: { me: Schemas['Me'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { me } = props;
  const mine = me.teams.slice(0, MOST_TEAMS);
  const teams = mine.map(team => team.slug);
  return (
    <>
      <PageTitle
        title={t('home.hello', { name: me.name })}
        meta={
          <>
            <span>
              {t('home.of', { teams: mine.map(of => of.name).join(', ') })}
            </span>
            {me.teams.length > MOST_TEAMS && (
              <span>{t('home.cut', { number: String(MOST_TEAMS) })}</span>
            )}
          </>
        }
      />
      <Columns>
        <Column>
          <ToDo me={me} teams={teams} />
          <Budgets teams={teams} />
          <Failures teams={teams} />
        </Column>
        <Column>
          <ToilQuestions teams={mine} />
          <OverdueActions me={me} teams={teams} />
          <ExpiringExemptions teams={teams} />
        </Column>
      </Columns>
    </>
  );
}
