import { ProblemError, value, type Schemas } from '@evenkeel/client';
import {
  Figures,
  LevelWord,
  Nothing,
  Refused,
  RightButton,
  Shown,
  ago,
  belongs,
  levelColor,
  refusalOf,
  useChange,
  useMe,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Dialog, DialogBody, DialogHeader, Text } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { Attestations } from './Attestations';
import { CheckResult } from './CheckResult';
import { useService } from '../service/data';
import { useScorecard } from './cards';
import { CheckLink, ServiceLink } from './links';
import { isOpen, outcomes } from './outcomes';
import styles from './scorecards.module.css';

/** What a scorecard came to for a service, at the side of the matrix. */
export function ServicePanel(props: {
  scorecard: string;
  service: string;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard, service } = props;
  const card = useScorecard(scorecard);
  return (
    <Dialog
      isOpen
      onOpenChange={open => !open && props.onClose()}
      className={styles.panel}
      width={680}
    >
      <DialogHeader>
        {t('scorecards.panel.title', {
          service,
          scorecard: card.data?.name ?? scorecard,
        })}
      </DialogHeader>
      <DialogBody>
        <ServiceResult scorecard={scorecard} service={service} />
      </DialogBody>
    </Dialog>
  );
}

function ServiceResult(props: { scorecard: string; service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard, service } = props;
  const of = useService(service);
  const result = useRead<Schemas['ServiceScorecard'] | null>(
    ['scorecards', scorecard, 'of', service],
    async (api, signal) => {
      try {
        return await value(
          api.GET('/v1/services/{service}/scorecards/{scorecard}', {
            params: { path: { service, scorecard } },
            signal,
          }),
        );
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) {
          return null;
        }
        throw error;
      }
    },
  );
  return (
    <div className={styles.stack}>
      <Shown what={t('scorecards.panel.what')} read={of}>
        {({ value: owned }) => (
          <>
            <Shown what={t('scorecards.panel.what')} read={result}>
              {found => <Result service={owned} result={found} />}
            </Shown>
            <Attestations service={owned} />
          </>
        )}
      </Shown>
    </div>
  );
}

function Result(props: {
  service: Schemas['Service'];
  result: Schemas['ServiceScorecard'] | null;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, result } = props;
  if (!result || result.applies !== 'holds') {
    return (
      <>
        <Evaluate service={service} at={result?.evaluatedAt} />
        <Nothing title={t('scorecards.panel.notJudged')}>
          {result?.why ?? t('scorecards.panel.notJudgedText')}
        </Nothing>
      </>
    );
  }
  const counting = result.checks.filter(c => c.counts);
  const order = (c: Schemas['CheckResult']) => outcomes.indexOf(c.outcome);
  const groups = [
    [
      t('scorecards.panel.failing'),
      counting
        .filter(c => isOpen(c.outcome))
        .sort((a, b) => order(a) - order(b)),
    ],
    [t('scorecards.panel.passing'), counting.filter(c => !isOpen(c.outcome))],
    [t('scorecards.panel.aside'), result.checks.filter(c => !c.counts)],
  ] as const;
  return (
    <>
      <Evaluate service={service} at={result.evaluatedAt} />
      <Figures
        figures={[
          {
            name: t('scorecards.matrix.level'),
            value: <LevelWord levels={result.levels} level={result.level} />,
            note: result.nextLevel
              ? t('scorecards.panel.missing', {
                  count: result.missing,
                  level: result.nextLevel,
                })
              : t('scorecards.panel.top'),
          },
          {
            name: t('scorecards.panel.score'),
            value:
              result.score === null
                ? t('scorecards.matrix.noScore')
                : `${result.score} %`,
          },
          {
            name: t('scorecards.panel.passed'),
            value: result.passed,
            note: t('scorecards.panel.of', { counted: String(result.counted) }),
          },
        ]}
      />
      <div>
        <Text as="h3" variant="body-large" weight="bold">
          {t('scorecards.panel.ladder')}
        </Text>
        <ol className={styles.ladder}>
          {result.ladder.map(rung => (
            <li key={rung.level}>
              <LevelWord levels={result.levels} level={rung.level} />
              <span className={styles.track} aria-hidden>
                <span
                  style={{
                    width: `${
                      rung.counted > 0 ? (rung.passed / rung.counted) * 100 : 0
                    }%`,
                    background: levelColor(result.levels, rung.level),
                  }}
                />
              </span>
              <span className={styles.number}>
                {`${rung.passed}/${rung.counted}`}
                {rung.reached && ` · ${t('scorecards.panel.reached')}`}
              </span>
            </li>
          ))}
        </ol>
      </div>
      {result.next.length > 0 && (
        <div>
          <Text as="h3" variant="body-large" weight="bold">
            {t('scorecards.panel.next')}
          </Text>
          <ol className={styles.steps}>
            {result.next.map(id => (
              <li key={id}>
                <CheckLink scorecard={result.scorecard.slug} check={id}>
                  {result.checks.find(c => c.id === id)?.title ?? id}
                </CheckLink>
              </li>
            ))}
          </ol>
        </div>
      )}
      {groups.map(
        ([title, checks]) =>
          checks.length > 0 && (
            <div key={title}>
              <Text as="h3" variant="body-large" weight="bold">
                {`${title} (${checks.length})`}
              </Text>
              {checks.map(check => (
                <CheckResult
                  key={check.id}
                  scorecard={result.scorecard.slug}
                  service={service}
                  check={check}
                />
              ))}
            </div>
          ),
      )}
      <div>
        <ServiceLink service={service.slug}>
          {t('scorecards.panel.service')}
        </ServiceLink>
      </div>
    </>
  );
}

function Evaluate(props: {
  service: Schemas['Service'];
  at: string | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, at } = props;
  const me = useMe();
  const evaluate = useChange(
    api =>
      value(
        api.POST('/v1/services/{service}/scorecards/evaluate', {
          params: { path: { service: service.slug } },
        }),
      ),
    { touches: [['scorecards']] },
  );
  return (
    <>
      <Refused refusal={refusalOf(evaluate.error, [])} />
      <div className={styles.actions}>
        <RightButton
          size="small"
          variant="secondary"
          isPending={evaluate.isPending}
          reason={
            belongs(me.data, service.team.slug)
              ? undefined
              : t('scorecards.panel.evaluateWhy', { team: service.team.slug })
          }
          onPress={() => evaluate.mutate(undefined)}
        >
          {t('scorecards.panel.evaluate')}
        </RightButton>
        {at && (
          <span className={styles.absent} role="status">
            {t('scorecards.panel.evaluated', { when: ago(at) })}
          </span>
        )}
      </div>
    </>
  );
}
