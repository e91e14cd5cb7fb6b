import type { Schemas } from '@evenkeel/client';
import {
  Figures as Numbers,
  Section,
  Word,
  percent,
  type Figure,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { ReactNode } from 'react';

import { evenkeelTranslationRef } from '../translation';
import styles from './toil.module.css';

type Standing = Schemas['ToilStanding'];

/** The share of toil over 90 days and the quarter, the response rate, and one's own. */
export function Figures(props: { toil: Schemas['Toil'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { rolling, quarter, you, member, settings } = props.toil;
  const shareOf = useShare(settings.capPercent);
  const unknown = (
    <span className={styles.unknown}>{t('toil.share.unknown')}</span>
  );
  const figures: Figure[] = [
    { name: t('toil.share.rolling'), ...shareOf(rolling) },
    {
      name: t('toil.share.quarter', { name: quarter.name }),
      ...shareOf(quarter),
    },
    {
      name: t('toil.share.response'),
      value:
        rolling.responseRate === null
          ? unknown
          : percent(rolling.responseRate, 0),
      note:
        rolling.asked === 0
          ? t(member ? 'toil.share.nobodyAsked' : 'toil.share.notToldAsked')
          : t('toil.share.responded', {
              answered: String(rolling.answered),
              asked: String(rolling.asked),
            }),
    },
  ];
  if (member) {
    const answers = you?.answers ?? null;
    const entries = you?.entries ?? null;
    figures.push({
      name: t('toil.share.yours'),
      value: answers === null ? unknown : percent(answers, 0),
      note: (
        <>
          {answers === null
            ? t('toil.share.yoursNone')
            : t('toil.share.byAnswers')}
          {entries !== null && (
            <Line>
              {t('toil.share.entries', { share: percent(entries, 0) })}
            </Line>
          )}
        </>
      ),
    });
  }
  return (
    <Section title={t('toil.share.title')}>
      <div className={styles.shares}>
        <Numbers figures={figures} />
      </div>
      {(rolling.disagree || you?.disagree) && (
        <p className={styles.caption}>{t('toil.share.disagree')}</p>
      )}
    </Section>
  );
}

function Line(props: { children: ReactNode }) {
  return <span className={styles.line}>{props.children}</span>;
}

// Why a share by answers is not known, by what the API calls its state.
const reasons = {
  no_data: 'none',
  known: 'none',
  insufficient: 'insufficient',
  too_few: 'few',
} as const;

/** How a share is shown: by answers where enough came, else by what was logged, else as not known. */
function useShare(capPercent: number) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const cap = String(capPercent);
  return (standing: Standing): Pick<Figure, 'value' | 'note'> => {
    const { answers, entries, aboveCap } = standing;
    if (standing.state === 'known' && answers) {
      return {
        value: percent(answers.share, 0),
        note: (
          <>
            {aboveCap !== null && (
              <Word tone={aboveCap ? 'bad' : 'good'}>
                {aboveCap
                  ? t('toil.share.above', { cap })
                  : t('toil.share.within', { cap })}
              </Word>
            )}
            <Line>{t('toil.share.byAnswers')}</Line>
            {answers.median !== null && answers.maximum !== null && (
              <Line>
                {t('toil.share.spread', {
                  median: percent(answers.median, 0),
                  maximum: percent(answers.maximum, 0),
                })}
              </Line>
            )}
            {entries && (
              <Line>
                {t('toil.share.entries', { share: percent(entries.share, 0) })}
              </Line>
            )}
          </>
        ),
      };
    }
    const why =
      standing.state === 'insufficient' && standing.asked === 0
        ? t('toil.share.state.unasked')
        : t(`toil.share.state.${reasons[standing.state]}`);
    if (!entries) {
      return {
        value: (
          <span className={styles.unknown}>{t('toil.share.unknown')}</span>
        ),
        note: why,
      };
    }
    return {
      value: percent(entries.share, 0),
      note: (
        <>
          {t('toil.share.byEntries')}
          <Line>{why}</Line>
        </>
      ),
    };
  };
}
