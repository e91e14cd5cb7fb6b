import type { Schemas } from '@evenkeel/client';
import { LevelWord, type Tone } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  RiAlertLine,
  RiCheckLine,
  RiCloseLine,
  RiQuestionLine,
  RiSubtractLine,
} from '@remixicon/react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { outcomeWords, worstTone, type Outcome } from './outcomes';
import styles from './scorecards.module.css';

type Position = Schemas['ScorecardPosition'];

/** How high a row is, in pixels; all are the same. */
const ROW = 52;
/** From how many rows on only those are drawn that are looked at. */
const MANY = 100;

const signs: Partial<Record<Tone, typeof RiAlertLine>> = {
  good: RiCheckLine,
  bad: RiCloseLine,
  warning: RiAlertLine,
  unknown: RiQuestionLine,
};

/**
 * The matrix: services are pinned, and columns are categories, or the checks of one. Of thousands
 * of rows only those are drawn that are looked at.
 */
export function MatrixTable(props: {
  card: Schemas['Scorecard'];
  categories: readonly string[];
  /** The category whose checks are the columns. */
  category: string | undefined;
  rows: readonly Position[];
  onCategory: (category: string) => void;
  onService: (service: string) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { card, categories, category, rows } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const many = rows.length > MANY;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
    enabled: many,
  });
  const drawn = many
    ? virtual.getVirtualItems().map(of => of.index)
    : undefined;
  const first = drawn?.[0] ?? 0;
  const last = drawn ? drawn[drawn.length - 1] ?? -1 : rows.length - 1;
  const shown = rows.slice(first, last + 1);
  const checks = card.checks.filter(c => c.category === category);
  const columns = category ? checks.length : categories.length;

  return (
    <div
      ref={scroller}
      className={styles.matrix}
      role="group"
      aria-label={t('scorecards.matrix.title')}
      // It scrolls, which takes the keyboard too.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <table aria-rowcount={rows.length + 1}>
        <caption>{t('scorecards.matrix.title')}</caption>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{t('scorecards.matrix.service')}</th>
            <th scope="col">{t('scorecards.matrix.level')}</th>
            <th scope="col">{t('scorecards.matrix.score')}</th>
            {category
              ? checks.map(c => (
                  <th key={c.id} scope="col" className={styles.checkHead}>
                    {c.title}
                    <span className={styles.small}>{c.level}</span>
                  </th>
                ))
              : categories.map(of => (
                  <th key={of} scope="col">
                    <button
                      type="button"
                      className={styles.head}
                      title={t('scorecards.matrix.category', { category: of })}
                      onClick={() => props.onCategory(of)}
                    >
                      {of}
                    </button>
                  </th>
                ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Gap height={first * ROW} columns={columns + 3} />}
          {shown.map((s, at) => (
            <tr
              key={s.service.id}
              aria-rowindex={first + at + 2}
              style={{ height: ROW }}
            >
              <th scope="row">
                <button
                  type="button"
                  className={styles.open}
                  aria-label={t('scorecards.matrix.open', { service: s.name })}
                  onClick={() => props.onService(s.service.slug)}
                >
                  {s.name}
                </button>
                <span className={styles.small}>
                  {`${s.team.slug} · ${t('scorecards.matrix.tier', {
                    tier: String(s.tier),
                  })}`}
                </span>
              </th>
              <td>
                {s.score === null ? (
                  <span className={styles.absent}>
                    {t('scorecards.level.unscored')}
                  </span>
                ) : (
                  <LevelWord levels={card.levels} level={s.level} />
                )}
                <Missing of={s} levels={card.levels} />
              </td>
              <td className={styles.number}>
                {s.score === null ? (
                  <span className={styles.absent}>
                    {t('scorecards.matrix.noScore')}
                  </span>
                ) : (
                  `${s.score} %`
                )}
              </td>
              {category
                ? checks.map(c => (
                    <td key={c.id} className={styles.cell}>
                      <Result outcome={s.checks[c.id] as Outcome | undefined} />
                    </td>
                  ))
                : categories.map(of => (
                    <td key={of} className={styles.cell}>
                      <Share
                        share={s.categories[of]}
                        results={card.checks
                          .filter(c => c.category === of)
                          .map(c => s.checks[c.id])}
                      />
                    </td>
                  ))}
            </tr>
          ))}
          {last < rows.length - 1 && (
            <Gap
              height={(rows.length - 1 - last) * ROW}
              columns={columns + 3}
            />
          )}
        </tbody>
      </table>
    </div>
  );
}

// Stands where rows are that nobody looks at.
function Gap(props: { height: number; columns: number }) {
  return (
    <tr aria-hidden style={{ height: props.height }}>
      <td colSpan={props.columns} />
    </tr>
  );
}

function Missing(props: {
  of: Position;
  levels: Schemas['Scorecard']['levels'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of, levels } = props;
  const next = levels[levels.findIndex(l => l.name === of.level) + 1];
  if (of.missing === 0 || !next) {
    return null;
  }
  return (
    <span className={styles.small}>
      {t('scorecards.matrix.missing', { count: of.missing, level: next.name })}
    </span>
  );
}

function Share(props: {
  share: Schemas['ScorecardShare'] | undefined;
  results: readonly string[];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { share, results } = props;
  if (!share || share.counted === 0) {
    return (
      <span className={`${styles.box} ${styles.info}`}>
        <RiSubtractLine size={14} aria-hidden />
        <span className={styles.said}>{t('scorecards.matrix.notCounted')}</span>
      </span>
    );
  }
  const tone = worstTone(results);
  const Sign = signs[tone] ?? RiSubtractLine;
  return (
    <span className={`${styles.box} ${styles[tone]}`}>
      <Sign size={14} aria-hidden />
      <span aria-hidden>{`${share.passed}/${share.counted}`}</span>
      <span className={styles.said}>
        {t('scorecards.matrix.cell', {
          passed: String(share.passed),
          counted: String(share.counted),
        })}
      </span>
    </span>
  );
}

function Result(props: { outcome: Outcome | undefined }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { outcome } = props;
  if (!outcome) {
    return (
      <span className={styles.absent}>{t('scorecards.level.unscored')}</span>
    );
  }
  const tone = worstTone([outcome]);
  const Sign = signs[tone] ?? RiSubtractLine;
  return (
    <span className={`${styles.box} ${styles[tone]}`}>
      <Sign size={14} aria-hidden />
      {t(outcomeWords[outcome])}
    </span>
  );
}
