import type { Schemas } from '@evenkeel/client';
import {
  LevelWord,
  Nothing,
  Row,
  Rows,
  Section,
  Shown,
  Waiting,
  Word,
  levelColor,
  resultTones,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';

import { evenkeelTranslationRef } from '../translation';
import { CheckLink } from '../scorecards/links';
import { useScorecards } from './data';
import styles from './service.module.css';

/** How a service stands by each scorecard: its level, what to do next, and each check with its fix. */
export function Scorecards(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const scorecards = useScorecards(props.service);
  return (
    <Shown
      what={t('service.scorecards.title')}
      read={scorecards}
      waiting={
        <Section title={t('service.scorecards.title')}>
          <Waiting what={t('service.scorecards.title')} />
        </Section>
      }
    >
      {found =>
        found.length === 0 ? (
          <Section title={t('service.scorecards.title')}>
            <Nothing title={t('service.scorecards.none')}>
              {t('service.scorecards.noneText')}
            </Nothing>
          </Section>
        ) : (
          <div className={styles.stack}>
            {found.map(of => (
              <Scorecard key={of.scorecard.id} of={of} />
            ))}
          </div>
        )
      }
    </Shown>
  );
}

function useWayTo() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (of: Schemas['ServiceScorecard']): string => {
    if (of.nextLevel === null) {
      return t('service.scorecards.highest');
    }
    return t('service.scorecards.missing', {
      count: of.missing,
      level: of.nextLevel,
    });
  };
}

function Scorecard(props: { of: Schemas['ServiceScorecard'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of } = props;
  const wayTo = useWayTo();
  if (of.applies !== 'holds') {
    return (
      <Section title={of.name} note={of.why}>
        <Word tone="unknown">{t('service.unknown')}</Word>
      </Section>
    );
  }
  const next = of.next.flatMap(id => of.checks.find(c => c.id === id) ?? []);
  return (
    <Section
      title={of.name}
      note={wayTo(of)}
      actions={<LevelWord levels={of.levels} level={of.level} />}
    >
      <div className={styles.stack}>
        <Progress of={of} />
        {next.length > 0 && (
          <div className={styles.rung}>
            <Text as="h3" variant="body-medium" weight="bold">
              {t('service.scorecards.next')}
            </Text>
            <ol className={styles.next}>
              {next.map(check => (
                <li key={check.id}>
                  <CheckLink scorecard={of.scorecard.slug} check={check.id}>
                    {check.title}
                  </CheckLink>
                  <Fix check={check} />
                </li>
              ))}
            </ol>
          </div>
        )}
        {of.ladder.map(rung => (
          <div key={rung.level} className={styles.rung}>
            <Text as="h3" variant="body-medium" weight="bold">
              {t('service.scorecards.rung', {
                level: rung.level,
                passed: String(rung.passed),
                counted: String(rung.counted),
              })}
            </Text>
            <Rung scorecard={of} level={rung.level} />
          </div>
        ))}
      </div>
    </Section>
  );
}

/** The checks of a level: what asks for something first, the others behind a button. */
function Rung(props: {
  scorecard: Schemas['ServiceScorecard'];
  level: string;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard, level } = props;
  const checks = scorecard.checks.filter(c => c.level === level);
  const asks = checks.filter(c => needs(c));
  const rest = checks.filter(c => !needs(c));
  const row = (check: Schemas['CheckResult']) => (
    <Row
      key={check.id}
      end={
        <Word tone={resultTones[check.outcome]}>
          {t(`service.scorecards.outcome.${check.outcome}`)}
        </Word>
      }
    >
      <CheckLink scorecard={scorecard.scorecard.slug} check={check.id}>
        {check.title}
      </CheckLink>
      {needs(check) && !scorecard.next.includes(check.id) && (
        <Fix check={check} />
      )}
    </Row>
  );
  return (
    <>
      {asks.length > 0 && <Rows label={level}>{asks.map(row)}</Rows>}
      {rest.length > 0 && (
        <details className={styles.more}>
          <summary>
            {t(
              rest.length === 1
                ? 'service.scorecards.passingOne'
                : 'service.scorecards.passing',
              { checks: String(rest.length) },
            )}
          </summary>
          <Rows label={level}>{rest.map(row)}</Rows>
        </details>
      )}
    </>
  );
}

/** Whether a check asks for something to be done. */
function needs(check: Schemas['CheckResult']): boolean {
  return ['fail', 'unknown', 'error'].includes(check.outcome);
}

function Fix(props: { check: Schemas['CheckResult'] }) {
  const { check } = props;
  return (
    <div className={styles.fix}>
      {check.reason && <p>{check.reason}</p>}
      <Markdown remarkPlugins={[remarkGfm]} skipHtml>
        {check.fix}
      </Markdown>
    </div>
  );
}

function Progress(props: { of: Schemas['ServiceScorecard'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of } = props;
  return (
    <div>
      <Text as="p" variant="body-small">
        {t('service.scorecards.passed', {
          passed: String(of.passed),
          counted: String(of.counted),
        })}
      </Text>
      <div
        className={styles.bar}
        role="progressbar"
        aria-label={of.name}
        aria-valuemin={0}
        aria-valuemax={of.counted}
        aria-valuenow={of.passed}
      >
        <span
          style={{
            width: `${of.counted > 0 ? (of.passed / of.counted) * 100 : 0}%`,
            background: levelColor(of.levels, of.level),
          }}
        />
      </div>
    </div>
  );
}

/** The levels that a service has reached, in short. */
export function ScorecardsInShort(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const scorecards = useScorecards(props.service);
  const wayTo = useWayTo();
  return (
    <Shown what={t('service.scorecards.title')} read={scorecards}>
      {found =>
        found.length === 0 ? (
          <Nothing title={t('service.scorecards.none')} />
        ) : (
          <Rows label={t('service.scorecards.title')}>
            {found.map(of => (
              <Row
                key={of.scorecard.id}
                sub={wayTo(of)}
                end={<LevelWord levels={of.levels} level={of.level} />}
              >
                {of.name}
                <Progress of={of} />
              </Row>
            ))}
          </Rows>
        )
      }
    </Shown>
  );
}
