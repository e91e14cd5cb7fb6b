import { value, type Schemas } from '@evenkeel/client';
import {
  Refused,
  RightButton,
  Section,
  Shown,
  Sparkline,
  Sub,
  Waiting,
  colors,
  percent,
  refusalOf,
  useChange,
  useDenied,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Select, Text } from '@backstage/ui';
import { useId, useState } from 'react';

import { ToilLink } from '../scorecards/links';
import { categories } from '../toil/data';
import { evenkeelTranslationRef } from '../translation';
import styles from './home.module.css';

type Share = Schemas['ToilAnswerInput']['share'];
const shares: readonly Share[] = [0, 25, 50, 75, 100];
/** The toil of the person's teams: this week's question, answered in place, and how it goes. */
export function ToilQuestions(props: { teams: readonly Schemas['MyTeam'][] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { teams } = props;
  const [chosen, setChosen] = useState(teams[0].slug);
  const team = teams.find(of => of.slug === chosen) ?? teams[0];
  return (
    <Section title={t('home.toil.title')} note={t('home.toil.onlyYou')}>
      <div className={styles.team}>
        {teams.length > 1 && (
          <Select
            label={t('home.toil.team')}
            size="small"
            selectionMode="single"
            value={team.slug}
            onChange={key => setChosen(String(key))}
            options={teams.map(of => ({ value: of.slug, label: of.name }))}
          />
        )}
        <OfTeam key={team.slug} team={team.slug} name={team.name} />
      </div>
    </Section>
  );
}

function OfTeam(props: { team: string; name: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, name } = props;
  const toil = useRead(['toil', team], (api, signal) =>
    value(
      api.GET('/v1/teams/{team}/toil', { params: { path: { team } }, signal }),
    ),
  );
  return (
    <div>
      <Shown what={t('home.toil.what')} read={toil}>
        {of => {
          // The last week of the trend is the present one.
          const week = of.trend[of.trend.length - 1]?.week;
          return (
            <>
              {of.settings.asks && week ? (
                <Question team={team} name={name} week={week} />
              ) : (
                <Text as="p" variant="body-small" color="secondary">
                  {t('home.toil.notAsked')}. {t('home.toil.notAskedText')}
                </Text>
              )}
              <Trend toil={of} name={name} />
            </>
          );
        }}
      </Shown>
    </div>
  );
}

// What is not known of a share is said, and never shown as a figure.
const states = {
  no_data: 'home.toil.states.no_data',
  insufficient: 'home.toil.states.insufficient',
  too_few: 'home.toil.states.few',
} as const;

function Trend(props: { toil: Schemas['Toil']; name: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { toil, name } = props;
  const share = toil.rolling.answers?.share ?? toil.rolling.entries?.share;
  const values = toil.trend.map(week => week.share);
  const { state } = toil.rolling;
  const said =
    state === 'known'
      ? share !== undefined && t('home.toil.last', { share: percent(share, 0) })
      : t(states[state]);
  return (
    <div className={styles.trend}>
      {/* A line takes two weeks at least. */}
      {values.filter(v => v !== null).length > 1 && (
        <Sparkline
          label={t('home.toil.trend', {
            team: name,
            weeks: String(toil.trend.length),
          })}
          values={values}
          color={colors.main}
        />
      )}
      <Sub>{said}</Sub>
      <ToilLink team={toil.team.slug}>
        {t('home.toil.more', { team: name })}
      </ToilLink>
    </div>
  );
}

function Question(props: { team: string; name: string; week: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, name, week } = props;
  const id = useId();
  const [share, setShare] = useState<Share>();
  const [again, setAgain] = useState(false);
  const denied = useDenied();
  const key = ['toil', team, 'answers', week];
  // Those of the caller, the latest week first: this week's is the first where there is one.
  const answer = useRead(key, async (api, signal) => {
    const answers = await value(
      api.GET('/v1/teams/{team}/toil/answers', {
        params: { path: { team }, query: { limit: 1 } },
        signal,
      }),
    );
    return (answers.items ?? []).find(of => of.week === week) ?? null;
  });
  const give = useChange(
    (api, body: Schemas['ToilAnswerInput']) =>
      value(
        api.PUT('/v1/teams/{team}/toil/answers/{week}', {
          params: { path: { team, week } },
          body,
        }),
      ),
    {
      touches: [['toil', team]],
      onDone: () => {
        setShare(undefined);
        setAgain(false);
      },
    },
  );
  if (answer.isPending) {
    return <Waiting what={t('home.toil.what')} lines={2} />;
  }
  if (answer.data && !again) {
    const given = answer.data;
    const said = { share: `${given.share} %`, week };
    return (
      <div className={styles.answered} role="status">
        <Text as="p" variant="body-medium">
          {given.category
            ? t('home.toil.answeredMost', {
                ...said,
                category: t(`toil.category.${given.category}`),
              })
            : t('home.toil.answered', said)}
        </Text>
        <RightButton
          reason={undefined}
          size="small"
          variant="tertiary"
          onPress={() => {
            setAgain(true);
            setShare(undefined);
          }}
        >
          {t('home.toil.change')}
        </RightButton>
      </div>
    );
  }
  return (
    <div className={styles.question}>
      <Text id={`${id}-share`} as="h3" variant="body-medium" weight="bold">
        {t('home.toil.question', { team: name })}
      </Text>
      <Refused refusal={refusalOf(give.error, [])} />
      <div
        className={styles.choices}
        role="group"
        aria-labelledby={`${id}-share`}
      >
        {shares.map(of => (
          <RightButton
            key={of}
            reason={undefined}
            said
            size="small"
            variant={share === of ? 'primary' : 'secondary'}
            aria-label={`${of} %: ${t(`home.toil.shares.s${of}`)}`}
            aria-pressed={share === of}
            isDisabled={give.isPending}
            onPress={() => {
              if (of === 0) {
                give.mutate({ share: of });
              } else {
                setShare(of);
              }
            }}
          >
            {`${of} %`}
          </RightButton>
        ))}
      </div>
      {share === undefined ? (
        <Sub>{denied ?? t('home.toil.explain')}</Sub>
      ) : (
        <>
          <Text id={`${id}-most`} as="p" variant="body-medium" weight="bold">
            {t('home.toil.largest')}
          </Text>
          <div
            className={styles.choices}
            role="group"
            aria-labelledby={`${id}-most`}
          >
            {categories.map(category => (
              <Button
                key={category}
                size="small"
                variant="secondary"
                isDisabled={give.isPending}
                onPress={() => give.mutate({ share, category })}
              >
                {t(`toil.category.${category}`)}
              </Button>
            ))}
          </div>
        </>
      )}
    </div>
  );
}
