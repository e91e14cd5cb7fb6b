import { value } from '@evenkeel/client';
import {
  Nothing,
  Row,
  Rows,
  Section,
  Shown,
  Word,
  ago,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink } from '@backstage/ui';

import { CheckLink } from '../scorecards/links';
import { endsSoon } from '../scorecards/exemption';
import { exemptionsRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { useOfTeams } from './teams';

const SHOWN = 5;

/** The exemptions of the person's teams that are in force, by when they end. */
export function ExpiringExemptions(props: { teams: readonly string[] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const all = useRouteRef(exemptionsRouteRef);
  const exemptions = useOfTeams(
    'exemptions',
    props.teams,
    (api, team, signal) =>
      value(
        api.GET('/v1/exemptions', {
          params: { query: { team, state: 'in_force', limit: SHOWN } },
          signal,
        }),
      ),
    { under: ['in_force'] },
  );
  return (
    <Section
      title={t('home.exemptions.title')}
      actions={
        all && (
          <ButtonLink size="small" variant="tertiary" href={all()}>
            {t('home.exemptions.all')}
          </ButtonLink>
        )
      }
    >
      <Shown what={t('home.exemptions.what')} read={exemptions}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('home.exemptions.none')}>
              {t('home.exemptions.noneText')}
            </Nothing>
          ) : (
            <Rows label={t('home.exemptions.title')}>
              {[...found]
                .sort((a, b) => a.until.localeCompare(b.until))
                .slice(0, SHOWN)
                .map(e => (
                  <Row
                    key={e.id}
                    sub={`${e.service.slug} · ${t('home.exemptions.ends', {
                      when: ago(e.until),
                    })}`}
                    end={
                      endsSoon(e) && (
                        <Word tone="warning">{t('home.exemptions.soon')}</Word>
                      )
                    }
                  >
                    <CheckLink scorecard={e.scorecard.slug} check={e.check}>
                      {e.checkTitle || e.check}
                    </CheckLink>
                  </Row>
                ))}
            </Rows>
          )
        }
      </Shown>
    </Section>
  );
}
