import { value, type Schemas } from '@evenkeel/client';
import {
  Column,
  Columns,
  DataTable,
  Facts,
  PageTitle,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Sub,
  Word,
  ago,
  day,
  moment,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';
import { useParams } from 'react-router-dom';

import { launchReviewsRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { MeetCondition, RejectLaunch, SignOff } from './LaunchDecisions';
import { launchTones } from './LaunchReviewsPage';
import { Nav } from './Nav';
import { OutcomeWord } from './OutcomeWord';
import { CheckLink, ServiceLink } from './links';
import { outcomes } from './outcomes';
import { useDecisionReason, useTeamReason } from './reasons';
import styles from './scorecards.module.css';

type Review = Schemas['LaunchReview'];

/** A launch review: what was said, its conditions, and what the service came to then. */
export function LaunchReviewPage() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { review = '' } = useParams();
  const read = useRead(['launch-reviews', review], (api, signal) =>
    value(
      api.GET('/v1/launch-reviews/{launchReview}', {
        params: { path: { launchReview: review } },
        signal,
      }),
    ),
  );
  return (
    <>
      <Nav at="launches" />
      <Shown what={t('scorecards.launches.what')} read={read}>
        {of => <Launch review={of} />}
      </Shown>
    </>
  );
}

function Launch(props: { review: Review }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { review } = props;
  const back = useRouteRef(launchReviewsRouteRef)?.();
  const [doing, setDoing] = useState<'signOff' | 'reject'>();
  const decides = useDecisionReason();
  const signsOff = decides(review, 'sign_off');
  const rejects = decides(review, 'reject');
  const { evidence } = review;
  // What is missing comes first; of the same outcome they stand as in the scorecard.
  const checks = [...evidence.checks].sort(
    (a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome),
  );
  return (
    <>
      <PageTitle
        title={t('scorecards.launches.review', {
          service: review.service.slug,
        })}
        back={
          back ? { href: back, text: t('scorecards.launches.back') } : undefined
        }
        meta={
          <>
            <Word tone={launchTones[review.state]}>
              {t(`scorecards.launches.states.${review.state}`)}
            </Word>
            <Word tone={evidence.meets ? 'good' : 'warning'}>
              {evidence.meets
                ? t('scorecards.launches.meets', { level: review.level })
                : t('scorecards.launches.below', { level: review.level })}
            </Word>
          </>
        }
        actions={
          review.state === 'waiting' && (
            <>
              <RightButton
                variant="primary"
                reason={signsOff}
                // Of two that are refused for the same reason, the last one says it.
                said={signsOff === rejects}
                onPress={() => setDoing('signOff')}
              >
                {t('scorecards.launches.signOff')}
              </RightButton>
              <RightButton
                variant="secondary"
                reason={rejects}
                onPress={() => setDoing('reject')}
              >
                {t('scorecards.launches.reject')}
              </RightButton>
            </>
          )
        }
      />
      <Columns>
        <Column>
          <Said review={review} />
          <Conditions review={review} />
          <Section
            title={t('scorecards.launches.evidence')}
            note={t('scorecards.launches.evidenceNote', {
              when: moment(evidence.at),
            })}
          >
            <DataTable
              caption={t('scorecards.launches.evidence')}
              head={[
                t('scorecards.launches.check'),
                t('scorecards.launches.level'),
                t('scorecards.launches.outcome'),
              ]}
            >
              {checks.map(c => (
                <tr key={c.id}>
                  <th scope="row">
                    <CheckLink scorecard={review.scorecard.slug} check={c.id}>
                      {c.title}
                    </CheckLink>
                    {c.why && <Sub>{c.why}</Sub>}
                  </th>
                  <td>{c.level}</td>
                  <td>
                    <OutcomeWord outcome={c.outcome} />
                  </td>
                </tr>
              ))}
            </DataTable>
          </Section>
        </Column>
        <Column>
          <Section title={t('scorecards.launches.about')}>
            <Facts
              facts={[
                [
                  t('scorecards.launches.columns.service'),
                  <ServiceLink key="service" service={review.service.slug} />,
                ],
                [
                  t('scorecards.campaigns.columns.scorecard'),
                  review.scorecard.slug,
                ],
                [t('scorecards.launches.columns.level'), review.level],
                [
                  t('scorecards.launches.reachedLevel'),
                  evidence.level || t('scorecards.level.none'),
                ],
                [
                  t('scorecards.launches.score'),
                  evidence.score === null
                    ? t('scorecards.matrix.noScore')
                    : `${evidence.score} %`,
                ],
                [t('scorecards.launches.planned'), day(review.plannedOn)],
              ]}
            />
          </Section>
        </Column>
      </Columns>
      {doing === 'signOff' && (
        <SignOff review={review} onClose={() => setDoing(undefined)} />
      )}
      {doing === 'reject' && (
        <RejectLaunch review={review} onClose={() => setDoing(undefined)} />
      )}
    </>
  );
}

function Said(props: { review: Review }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { review } = props;
  const { decision } = review;
  return (
    <Section title={t('scorecards.launches.said')}>
      <Rows label={t('scorecards.launches.said')}>
        <Row sub={review.note} end={ago(review.askedAt)}>
          {t('scorecards.launches.asks', { by: review.askedBy })}
        </Row>
        {decision && (
          <Row sub={decision.reason} end={ago(decision.at)}>
            {decision.until
              ? t('scorecards.launches.signedOff', {
                  by: decision.by,
                  until: day(decision.until),
                })
              : t('scorecards.launches.rejectedBy', { by: decision.by })}
          </Row>
        )}
      </Rows>
    </Section>
  );
}

function Conditions(props: { review: Review }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { review } = props;
  const [meeting, setMeeting] = useState<number>();
  const refused = useTeamReason(review, 'meet_condition', team =>
    t('scorecards.launches.meetWhyOf', { team }),
  );
  const lastOpen = review.conditions.findLastIndex(c => !c.done);
  if (!review.decision?.until) {
    return null;
  }
  return (
    <Section title={t('scorecards.launches.conditions')}>
      {review.conditions.length === 0 ? (
        <Sub>{t('scorecards.launches.noConditions')}</Sub>
      ) : (
        <Rows label={t('scorecards.launches.conditions')}>
          {review.conditions.map((c, at) => (
            <Row
              // The conditions of a sign-off are numbered, and never change.
              // eslint-disable-next-line react/no-array-index-key
              key={at}
              sub={
                c.done
                  ? t('scorecards.launches.metBy', {
                      by: c.done.by,
                      when: ago(c.done.at),
                      note: c.done.note,
                    })
                  : t('scorecards.launches.due', { day: day(c.dueOn) })
              }
              end={
                <span className={styles.actions}>
                  {c.done ? (
                    <Word tone="good">{t('scorecards.launches.met')}</Word>
                  ) : (
                    <>
                      <Word tone={c.overdue ? 'bad' : 'info'}>
                        {c.overdue
                          ? t('scorecards.launches.overdue')
                          : t('scorecards.launches.open')}
                      </Word>
                      <RightButton
                        size="small"
                        variant="secondary"
                        reason={refused}
                        said={at < lastOpen}
                        onPress={() => setMeeting(at + 1)}
                      >
                        {t('scorecards.launches.meet')}
                      </RightButton>
                    </>
                  )}
                </span>
              }
            >
              {c.text}
            </Row>
          ))}
        </Rows>
      )}
      {meeting !== undefined && (
        <MeetCondition
          review={review}
          condition={meeting}
          onClose={() => setMeeting(undefined)}
        />
      )}
    </Section>
  );
}
