import { value, type Schemas } from '@evenkeel/client';
import {
  ChartFrame,
  Column,
  Columns,
  Facts,
  Figures,
  FormDialog,
  Key,
  LostRace,
  Nothing,
  PageTitle,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  StackedBar,
  TimeChart,
  Word,
  ago,
  belongs,
  colors,
  day,
  faultAt,
  ifSeen,
  refusalBesideRace,
  useChange,
  useMe,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';
import { useParams } from 'react-router-dom';

import { Kept } from '../kept/Kept';
import { useKept } from '../kept/data';
import { campaignsRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { CampaignForm } from './CampaignForm';
import { campaignTones, useDaysLeft } from './CampaignsPage';
import { Nav } from './Nav';
import { OutcomeWord } from './OutcomeWord';
import { useScorecard } from './cards';
import { CheckLink, ServiceLink } from './links';
import styles from './scorecards.module.css';

/** A campaign: how far it is against its day, and who is not done. */
export function CampaignPage() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { campaign = '' } = useParams();
  const read = useRead(['campaigns', campaign], (api, signal) =>
    value(
      api.GET('/v1/campaigns/{campaign}', {
        params: { path: { campaign } },
        signal,
      }),
    ),
  );
  return (
    <>
      <Nav at="campaigns" />
      <Shown what={t('scorecards.campaigns.what')} read={read}>
        {of => <Campaign campaign={of} />}
      </Shown>
    </>
  );
}

function Campaign(props: { campaign: Schemas['Campaign'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { campaign } = props;
  const me = useMe();
  const back = useRouteRef(campaignsRouteRef)?.();
  const daysLeft = useDaysLeft();
  const [doing, setDoing] = useState<'edit' | 'end'>();
  const card = useScorecard(campaign.scorecard.slug);
  const progress = useRead(
    ['campaigns', campaign.id, 'progress'],
    (api, signal) =>
      value(
        api.GET('/v1/campaigns/{campaign}/progress', {
          params: { path: { campaign: campaign.id } },
          signal,
        }),
      ),
  );
  const titleOf = (check: string) =>
    card.data?.checks.find(c => c.id === check)?.title ?? check;
  const mine = belongs(me.data, campaign.team.slug)
    ? undefined
    : t('scorecards.campaigns.endWhy', { team: campaign.team.slug });
  const reason = useKept(campaign) ?? mine;
  return (
    <>
      <PageTitle
        title={campaign.name}
        back={
          back
            ? { href: back, text: t('scorecards.campaigns.back') }
            : undefined
        }
        meta={
          <>
            <Word tone={campaignTones[campaign.state]}>
              {t(`scorecards.campaigns.states.${campaign.state}`)}
            </Word>
            {campaign.state !== 'over' && (
              <span>{daysLeft(campaign.daysLeft)}</span>
            )}
          </>
        }
        actions={
          campaign.state !== 'over' && (
            <>
              <RightButton
                variant="secondary"
                reason={reason}
                onPress={() => setDoing('edit')}
              >
                {t('scorecards.campaigns.edit')}
              </RightButton>
              {mine === undefined && (
                <RightButton
                  variant="secondary"
                  // Of two that are refused for the same reason, the first one says it.
                  reason={reason}
                  said
                  onPress={() => setDoing('end')}
                >
                  {t('scorecards.campaigns.end')}
                </RightButton>
              )}
            </>
          )
        }
      />
      <Kept kind="Campaign" of={campaign} />
      <Columns>
        <Column>
          <Shown what={t('scorecards.campaigns.progressWhat')} read={progress}>
            {of => (
              <>
                <Section title={t('scorecards.campaigns.progress')}>
                  <Figures
                    figures={[
                      {
                        name: t('scorecards.campaigns.share'),
                        value:
                          of.total.share === null
                            ? t('scorecards.campaigns.notKnown')
                            : `${of.total.share} %`,
                      },
                      {
                        name: t('scorecards.campaigns.done'),
                        value: of.total.done,
                        note: t('scorecards.campaigns.doneNote', {
                          count: of.total.services,
                        }),
                      },
                      {
                        name: t('scorecards.campaigns.failing'),
                        value: of.total.failing,
                      },
                      {
                        name: t('scorecards.campaigns.unclear'),
                        value: of.unclear,
                      },
                    ]}
                  />
                </Section>
                <Section>
                  <Past campaign={campaign} progress={of} />
                </Section>
                <Open
                  progress={of}
                  titleOf={titleOf}
                  scorecard={campaign.scorecard.slug}
                />
              </>
            )}
          </Shown>
        </Column>
        <Column>
          <Section title={t('scorecards.campaigns.about')}>
            <Text as="p" variant="body-medium" className={styles.why}>
              {campaign.why}
            </Text>
            <Facts
              facts={[
                [t('scorecards.campaigns.run'), campaign.team.slug],
                [
                  t('scorecards.campaigns.columns.scorecard'),
                  card.data?.name ?? campaign.scorecard.slug,
                ],
                [t('scorecards.campaigns.from'), day(campaign.startsOn)],
                [t('scorecards.campaigns.until'), day(campaign.dueOn)],
                campaign.appliesTo
                  ? [
                      t('scorecards.campaigns.appliesTo'),
                      <code key="cel">{campaign.appliesTo}</code>,
                    ]
                  : undefined,
                [
                  t('scorecards.campaigns.checks'),
                  campaign.checks.map(check => (
                    <div key={check}>
                      <CheckLink
                        scorecard={campaign.scorecard.slug}
                        check={check}
                      >
                        {titleOf(check)}
                      </CheckLink>
                    </div>
                  )),
                ],
              ]}
            />
            {campaign.ended && (
              <p className={styles.absent}>
                {campaign.ended.by
                  ? t('scorecards.campaigns.ended', {
                      by: campaign.ended.by,
                      when: ago(campaign.ended.at),
                      reason: campaign.ended.reason,
                    })
                  : t('scorecards.campaigns.endedAlone', {
                      when: ago(campaign.ended.at),
                    })}
              </p>
            )}
          </Section>
          {progress.data && progress.data.teams.length > 0 && (
            <Section title={t('scorecards.campaigns.teams')}>
              <Rows label={t('scorecards.campaigns.teams')}>
                {progress.data.teams.map(of => (
                  <Row
                    key={of.team.id}
                    end={t('scorecards.campaigns.teamShare', {
                      done: String(of.done),
                      services: String(of.services),
                    })}
                  >
                    {of.team.slug}
                    <StackedBar
                      label={of.team.slug}
                      parts={[
                        {
                          name: t('scorecards.campaigns.done'),
                          value: of.done,
                          color: colors.good,
                        },
                        {
                          name: t('scorecards.campaigns.failing'),
                          value: of.failing,
                          color: colors.bad,
                        },
                        {
                          name: t('scorecards.outcomes.unknown'),
                          value: of.services - of.done - of.failing,
                          color: colors.unknown,
                        },
                      ]}
                    />
                  </Row>
                ))}
              </Rows>
            </Section>
          )}
        </Column>
      </Columns>
      {doing === 'edit' && (
        <CampaignForm
          campaign={campaign}
          onClose={() => setDoing(undefined)}
          onDone={() => setDoing(undefined)}
        />
      )}
      {doing === 'end' && (
        <End campaign={campaign} onClose={() => setDoing(undefined)} />
      )}
    </>
  );
}

function Past(props: {
  campaign: Schemas['Campaign'];
  progress: Schemas['CampaignProgress'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { campaign, progress } = props;
  const { days } = progress;
  const due = new Date(campaign.dueOn);
  const first = days.find(d => d.share !== null);
  const points = days.map(d => ({ at: new Date(d.day), value: d.share }));
  return (
    <ChartFrame
      title={t('scorecards.campaigns.chart')}
      summary={t('scorecards.campaigns.chartSummary')}
      table={{
        head: [
          t('scorecards.campaigns.day'),
          t('scorecards.campaigns.share'),
          t('scorecards.campaigns.done'),
          t('scorecards.campaigns.failing'),
        ],
        rows: days.map(d => [
          day(d.day),
          d.share === null
            ? t('scorecards.campaigns.notKnown')
            : `${d.share} %`,
          d.done,
          d.failing,
        ]),
      }}
      legend={
        <>
          <Key color={colors.good}>{t('scorecards.campaigns.lineDone')}</Key>
          <Key color={colors.unknown} shape="dashed">
            {t('scorecards.campaigns.lineTarget')}
          </Key>
        </>
      }
    >
      <TimeChart
        label={t('scorecards.campaigns.chart')}
        domain={[0, 100]}
        format={v => `${Math.round(v)} %`}
        time={[new Date(campaign.startsOn), due]}
        series={[
          {
            name: t('scorecards.campaigns.lineDone'),
            color: colors.good,
            points,
            area: true,
          },
          {
            name: t('scorecards.campaigns.lineTarget'),
            color: colors.unknown,
            dashed: true,
            points: [
              {
                at: new Date(campaign.startsOn),
                value: first?.share ?? 0,
              },
              { at: due, value: 100 },
            ],
          },
        ]}
      />
    </ChartFrame>
  );
}

function Open(props: {
  progress: Schemas['CampaignProgress'];
  scorecard: string;
  titleOf: (check: string) => string;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { progress, scorecard, titleOf } = props;
  const teams = new Map<string, Schemas['CampaignOpen'][]>();
  for (const of of progress.open) {
    teams.set(of.team.slug, [...(teams.get(of.team.slug) ?? []), of]);
  }
  const more = progress.openCount - progress.open.length;
  return (
    <Section
      title={t('scorecards.campaigns.open')}
      note={t('scorecards.campaigns.openNote')}
    >
      {progress.open.length === 0 ? (
        <Nothing title={t('scorecards.campaigns.allDone')}>
          {t('scorecards.campaigns.allDoneText')}
        </Nothing>
      ) : (
        [...teams.entries()]
          .sort(([, a], [, b]) => b.length - a.length)
          .map(([team, services]) => (
            <div key={team}>
              <h3 className={styles.owner}>
                {team}
                <span className={styles.absent}>
                  {t('scorecards.campaigns.openOf', { count: services.length })}
                </span>
              </h3>
              <Rows label={team}>
                {services.map(of => (
                  <Row
                    key={of.service.id}
                    sub={of.checks.map(c => (
                      <span key={c.check} className={styles.openCheck}>
                        <OutcomeWord outcome={c.outcome} />
                        <CheckLink scorecard={scorecard} check={c.check}>
                          {titleOf(c.check)}
                        </CheckLink>
                      </span>
                    ))}
                  >
                    <ServiceLink service={of.service.slug} />
                  </Row>
                ))}
              </Rows>
            </div>
          ))
      )}
      {more > 0 && (
        <p className={styles.absent}>
          {t('scorecards.campaigns.openMore', { more: String(more) })}
        </p>
      )}
    </Section>
  );
}

function End(props: { campaign: Schemas['Campaign']; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { campaign, onClose } = props;
  // What is ended is the campaign as it was looked at, until its reader goes on from theirs.
  const [seen, setSeen] = useState(campaign);
  const [reason, setReason] = useState('');
  const end = useChange(
    (api, body: Schemas['Reason']) =>
      value(
        api.POST('/v1/campaigns/{campaign}/end', {
          params: { path: { campaign: seen.id } },
          headers: ifSeen(seen),
          body,
        }),
      ),
    {
      touches: [['campaigns']],
      becomes: ['campaigns', campaign.id],
      onDone: onClose,
    },
  );
  const refusal = refusalBesideRace(end.error, ['/reason']);
  return (
    <FormDialog
      open
      destructive
      title={t('scorecards.campaigns.endTitle', { name: campaign.name })}
      submit={t('scorecards.campaigns.end')}
      pending={end.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() => end.mutate({ reason })}
    >
      <LostRace
        error={end.error}
        keeps
        onReload={() => {
          setSeen(campaign);
          end.reset();
        }}
      />
      <TextAreaField
        label={t('scorecards.campaigns.endReason')}
        isRequired
        value={reason}
        onChange={setReason}
        {...faultAt(refusal, '/reason')}
      />
    </FormDialog>
  );
}
