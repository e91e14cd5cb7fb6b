import { value, type Schemas } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  PageTitle,
  RightButton,
  Section,
  Shown,
  Sub,
  Word,
  day,
  useMe,
  usePages,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { campaignRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { CampaignForm } from './CampaignForm';
import { Nav } from './Nav';
import { To } from './links';
import styles from './scorecards.module.css';

/** The tone of each state of a campaign. */
export const campaignTones: Record<Schemas['Campaign']['state'], Tone> = {
  planned: 'info',
  running: 'good',
  over: 'unknown',
};

/** Tells how many days are left of a campaign. */
export function useDaysLeft(): (left: number) => string {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return left => {
    if (left === 0) {
      return t('scorecards.campaigns.today');
    }
    return left > 0
      ? t('scorecards.campaigns.left', { count: left })
      : t('scorecards.campaigns.late', { count: -left });
  };
}

/** The campaigns, the newest first. */
export function CampaignsPage() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  const navigate = useNavigate();
  const ofCampaign = useRouteRef(campaignRouteRef);
  const daysLeft = useDaysLeft();
  const [beginning, setBeginning] = useState(false);
  const campaigns = usePages(['campaigns'], (api, after, signal) =>
    value(
      api.GET('/v1/campaigns', {
        params: { query: { limit: 50, after } },
        signal,
      }),
    ),
  );
  const may = (me.data?.teams.length ?? 0) > 0 || me.data?.administrator;
  return (
    <>
      <Nav at="campaigns" />
      <PageTitle
        title={t('scorecards.campaigns.title')}
        meta={<span>{t('scorecards.campaigns.note')}</span>}
        actions={
          <RightButton
            variant="primary"
            reason={may ? undefined : t('scorecards.campaigns.beginWhy')}
            onPress={() => setBeginning(true)}
          >
            {t('scorecards.campaigns.begin')}
          </RightButton>
        }
      />
      <Section title={t('scorecards.campaigns.title')}>
        <Shown what={t('scorecards.campaigns.what')} read={campaigns}>
          {found =>
            found.length === 0 ? (
              <Nothing title={t('scorecards.campaigns.none')}>
                {t('scorecards.campaigns.noneText')}
              </Nothing>
            ) : (
              <DataTable
                caption={t('scorecards.campaigns.title')}
                head={[
                  t('scorecards.campaigns.columns.name'),
                  t('scorecards.campaigns.columns.scorecard'),
                  t('scorecards.campaigns.columns.due'),
                  t('scorecards.campaigns.columns.left'),
                  t('scorecards.campaigns.columns.state'),
                ]}
              >
                {found.map(c => (
                  <tr key={c.id}>
                    <th scope="row">
                      <To href={ofCampaign?.({ campaign: c.id })}>{c.name}</To>
                      <Sub>{c.team.slug}</Sub>
                    </th>
                    <td>{c.scorecard.slug}</td>
                    <td className={styles.number}>{day(c.dueOn)}</td>
                    <td className={styles.number}>
                      {c.state === 'over' ? '—' : daysLeft(c.daysLeft)}
                    </td>
                    <td>
                      <Word tone={campaignTones[c.state]}>
                        {t(`scorecards.campaigns.states.${c.state}`)}
                      </Word>
                    </td>
                  </tr>
                ))}
              </DataTable>
            )
          }
        </Shown>
        <More of={campaigns} />
      </Section>
      {beginning && (
        <CampaignForm
          onClose={() => setBeginning(false)}
          onDone={made => {
            setBeginning(false);
            const href = ofCampaign?.({ campaign: made.id });
            if (href) {
              navigate(href);
            }
          }}
        />
      )}
    </>
  );
}
