import { value, type Schemas } from '@evenkeel/client';
import {
  Nothing,
  Row,
  Rows,
  Section,
  Shown,
  Word,
  ago,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { IncidentLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import { useOfTeams } from './teams';

const SHOWN = 5;

/** The action items of the person's teams whose day is over; their own first. */
export function OverdueActions(props: {
  me: Schemas['Me'];
  teams: readonly string[];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { me, teams } = props;
  const actions = useOfTeams(
    'action-items',
    teams,
    (api, team, signal) =>
      value(
        api.GET('/v1/action-items', {
          params: { query: { team, overdue: true, limit: 20 } },
          signal,
        }),
      ),
    { under: ['overdue'] },
  );
  const mine = (a: Schemas['ActionItem']) => a.owner === me.person?.id;
  return (
    <Section title={t('home.actions.title')}>
      <Shown what={t('home.actions.what')} read={actions}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('home.actions.none')}>
              {t('home.actions.noneText')}
            </Nothing>
          ) : (
            <Rows label={t('home.actions.title')}>
              {[...found]
                .sort(
                  (a, b) =>
                    Number(mine(b)) - Number(mine(a)) ||
                    a.dueOn.localeCompare(b.dueOn),
                )
                .slice(0, SHOWN)
                .map(a => (
                  <Row
                    key={a.id}
                    sub={[
                      a.service.slug,
                      t('home.actions.due', { when: ago(a.dueOn) }),
                      a.postponed > 0 &&
                        t('home.actions.postponed', { count: a.postponed }),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                    end={
                      <>
                        {mine(a) && (
                          <Word tone="info">{t('home.actions.yours')}</Word>
                        )}
                        <Word tone={a.priority === 'p0' ? 'bad' : 'warning'}>
                          {a.priority.toUpperCase()}
                        </Word>
                      </>
                    }
                  >
                    <IncidentLink incident={a.incident}>{a.title}</IncidentLink>
                  </Row>
                ))}
            </Rows>
          )
        }
      </Shown>
    </Section>
  );
}
