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
  ago,
  day,
  useMe,
  usePages,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { launchReviewRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { LaunchForm } from './LaunchForm';
import { Nav } from './Nav';
import { To } from './links';
import styles from './scorecards.module.css';

/** The tone of each state of a launch review. */
export const launchTones: Record<Schemas['LaunchReview']['state'], Tone> = {
  waiting: 'warning',
  signed_off: 'good',
  rejected: 'bad',
  expired: 'stale',
};

/** The launch reviews, the newest first. */
export function LaunchReviewsPage() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  const navigate = useNavigate();
  const ofReview = useRouteRef(launchReviewRouteRef);
  const [asking, setAsking] = useState(false);
  const reviews = usePages(['launch-reviews'], (api, after, signal) =>
    value(
      api.GET('/v1/launch-reviews', {
        params: { query: { limit: 50, after } },
        signal,
      }),
    ),
  );
  const may = me.data?.administrator || (me.data?.teams.length ?? 0) > 0;
  return (
    <>
      <Nav at="launches" />
      <PageTitle
        title={t('scorecards.launches.title')}
        meta={<span>{t('scorecards.launches.note')}</span>}
        actions={
          <RightButton
            variant="primary"
            reason={may ? undefined : t('scorecards.launches.askWhy')}
            onPress={() => setAsking(true)}
          >
            {t('scorecards.launches.ask')}
          </RightButton>
        }
      />
      <Section title={t('scorecards.launches.title')}>
        <Shown what={t('scorecards.launches.what')} read={reviews}>
          {found =>
            found.length === 0 ? (
              <Nothing title={t('scorecards.launches.none')}>
                {t('scorecards.launches.noneText')}
              </Nothing>
            ) : (
              <DataTable
                caption={t('scorecards.launches.title')}
                head={[
                  t('scorecards.launches.columns.service'),
                  t('scorecards.launches.columns.level'),
                  t('scorecards.launches.columns.reached'),
                  t('scorecards.launches.columns.planned'),
                  t('scorecards.launches.columns.state'),
                ]}
              >
                {found.map(r => (
                  <tr key={r.id}>
                    <th scope="row">
                      <To href={ofReview?.({ review: r.id })}>
                        {r.service.slug}
                      </To>
                      <Sub>
                        {t('scorecards.launches.askedBy', {
                          by: r.askedBy,
                          when: ago(r.askedAt),
                        })}
                      </Sub>
                    </th>
                    <td>
                      {r.level}
                      <Sub>{r.scorecard.slug}</Sub>
                    </td>
                    <td>{r.evidence.level || t('scorecards.level.none')}</td>
                    <td className={styles.number}>{day(r.plannedOn)}</td>
                    <td>
                      <Word tone={launchTones[r.state]}>
                        {t(`scorecards.launches.states.${r.state}`)}
                      </Word>
                    </td>
                  </tr>
                ))}
              </DataTable>
            )
          }
        </Shown>
        <More of={reviews} />
      </Section>
      {asking && (
        <LaunchForm
          onClose={() => setAsking(false)}
          onDone={made => {
            setAsking(false);
            const href = ofReview?.({ review: made.id });
            if (href) {
              navigate(href);
            }
          }}
        />
      )}
    </>
  );
}
