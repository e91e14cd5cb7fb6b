import type { Schemas } from '@evenkeel/client';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { colors } from './charts/colors';
import { evenkeelReactTranslationRef } from './translation';
import styles from './levels.module.css';

/** The name under which the API counts services below the lowest level. */
export const NO_LEVEL = 'none';

type Levels = readonly Pick<Schemas['ScorecardLevel'], 'name'>[];

/** The colour of a level: by how high it is among those of its scorecard. */
export function levelColor(levels: Levels, name: string | null): string {
  const at = levels.findIndex(level => level.name === name) + 1;
  return colors.levels[Math.min(at, colors.levels.length - 1)];
}

/** A level of a scorecard: its name, and as many rungs filled as it is high. */
export function LevelWord(props: { levels: Levels; level: string | null }) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const { levels, level } = props;
  const reached = levels.findIndex(of => of.name === level) + 1;
  return (
    <span className={styles.level}>
      <svg
        width={levels.length * 5}
        height="12"
        aria-hidden
        style={{ color: levelColor(levels, level) }}
      >
        {levels.map((of, at) => {
          const height = 4 + (8 * (at + 1)) / levels.length;
          return (
            <rect
              key={of.name}
              x={at * 5}
              y={12 - height}
              width="4"
              height={height}
              rx="1"
              fill="currentColor"
              opacity={at < reached ? 1 : 0.25}
            />
          );
        })}
      </svg>
      {level ?? t('level.none')}
    </span>
  );
}

/** Parts of a bar: how many services are on each level, the highest first, and those below all last. */
export function levelParts(
  levels: Levels,
  counts: Record<string, number>,
  none: string,
): { name: string; value: number; color: string }[] {
  return [...levels]
    .reverse()
    .map(level => ({
      name: level.name,
      value: counts[level.name] ?? 0,
      color: levelColor(levels, level.name),
    }))
    .concat({
      name: none,
      value: counts[NO_LEVEL] ?? 0,
      color: levelColor(levels, null),
    });
}
