import type { Schemas } from '@evenkeel/client';
import {
  Word,
  percent,
  type Tone,
  Section,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import styles from './toil.module.css';

/** The share of toil over 90 days and the quarter, the response rate, and one's own. */
export function Figures(props: { toil: Schemas['Toil'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { rolling, quarter, you, member, settings } = props.toil;
  const cap = String(settings.capPercent);
  return (
    <Section title={t('toil.share.title')}>
      <dl className={styles.figures}>
        <Share name={t('toil.share.rolling')} standing={rolling} cap={cap} />
        <Share
          name={t('toil.share.quarter', { name: quarter.name })}
          standing={quarter}
          cap={cap}
        />
        <div>
          <dt>{t('toil.share.response')}</dt>
          <dd>
            <div
              className={
                rolling.responseRate === null ? styles.unknown : styles.big
              }
            >
              {rolling.responseRate === null
                ? t('toil.share.unknown')
                : percent(rolling.responseRate, 0)}
            </div>
            <p className={styles.caption}>
              {t('toil.share.responded', {
                answered: String(rolling.answered),
                asked: String(rolling.asked),
              })}
            </p>
          </dd>
        </div>
        {member && (
          <div>
            <dt>{t('toil.share.yours')}</dt>
            <dd>
              <div
                className={
                  typeof you?.answers === 'number' ? styles.big : styles.unknown
                }
              >
                {you?.answers !== null && you?.answers !== undefined
                  ? percent(you.answers, 0)
                  : t('toil.share.unknown')}
              </div>
              <p className={styles.caption}>
                {you?.answers !== null && you?.answers !== undefined
                  ? t('toil.share.byAnswers')
                  : t('toil.share.yoursNone')}
                {you?.entries !== null &&
                  you?.entries !== undefined &&
                  `; ${percent(you.entries, 0)} ${t('toil.share.byEntries')}`}
              </p>
            </dd>
          </div>
        )}
      </dl>
      {(rolling.disagree || you?.disagree) && (
        <p className={styles.caption}>{t('toil.share.disagree')}</p>
      )}
    </Section>
  );
}

// Why a share is not known, by what the API calls its state.
const reasons = {
  no_data: 'none',
  known: 'none',
  insufficient: 'insufficient',
  too_few: 'few',
} as const;

function Share(props: {
  name: string;
  standing: Schemas['ToilStanding'];
  cap: string;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { name, standing, cap } = props;
  const figures = standing.answers ?? standing.entries;
  if (standing.state !== 'known' || !figures) {
    return (
      <div>
        <dt>{name}</dt>
        <dd>
          <div className={styles.unknown}>{t('toil.share.unknown')}</div>
          <p className={styles.caption}>
            {t(`toil.share.state.${reasons[standing.state]}`)}
          </p>
        </dd>
      </div>
    );
  }
  let tone: Tone = 'unknown';
  if (standing.aboveCap !== null) {
    tone = standing.aboveCap ? 'bad' : 'good';
  }
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <div className={styles.big}>{percent(figures.share, 0)}</div>
        {standing.aboveCap !== null && (
          <Word tone={tone}>
            {standing.aboveCap
              ? t('toil.share.above', { cap })
              : t('toil.share.within', { cap })}
          </Word>
        )}
        <p className={styles.caption}>
          {standing.answers
            ? t('toil.share.byAnswers')
            : t('toil.share.byEntries')}
          {figures.median !== null &&
            figures.maximum !== null &&
            `; ${t('toil.share.spread', {
              median: percent(figures.median, 0),
              maximum: percent(figures.maximum, 0),
            })}`}
        </p>
        {standing.answers && standing.entries && (
          <p className={styles.caption}>
            {`${percent(standing.entries.share, 0)} ${t(
              'toil.share.byEntries',
            )}`}
          </p>
        )}
      </dd>
    </div>
  );
}
