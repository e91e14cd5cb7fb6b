import { Link } from '@backstage/ui';
import { arc, pie, type PieArcDatum } from 'd3-shape';

import styles from './charts.module.css';
import type { Part } from './Bars';

/**
 * A ring whose parts make the whole, with the numbers beside it. A part that leads somewhere is a
 * link.
 */
export function Donut(props: {
  label: string;
  parts: readonly Part[];
  /** What stands in the middle, such as the whole. */
  middle: string;
  /** Where a part leads, by its name. */
  linkOf?: (name: string) => string | undefined;
  size?: number;
}) {
  const { parts, size = 148 } = props;
  const shown = parts.filter(p => p.value > 0);
  const draw = arc<PieArcDatum<Part>>()
    .innerRadius(size / 2 - 22)
    .outerRadius(size / 2 - 2)
    .padAngle(shown.length > 1 ? 0.02 : 0);
  const slices = pie<Part>()
    .value(p => p.value)
    .sort(null)(shown);
  return (
    <div className={styles.donut}>
      <svg
        width={size}
        height={size}
        viewBox={`${-size / 2} ${-size / 2} ${size} ${size}`}
        role="img"
        aria-label={`${props.label}: ${parts
          .map(p => `${p.name} ${p.value}`)
          .join(', ')}`}
      >
        {slices.length === 0 && (
          <circle r={size / 2 - 12} className={styles.ring} />
        )}
        {slices.map(slice => (
          <path
            key={slice.data.name}
            d={draw(slice) ?? undefined}
            fill={slice.data.color}
          />
        ))}
        <text
          className={styles.middle}
          textAnchor="middle"
          dominantBaseline="central"
        >
          {props.middle}
        </text>
      </svg>
      <dl className={styles.parts} aria-label={props.label}>
        {parts.map(p => {
          const href = props.linkOf?.(p.name);
          return (
            <div key={p.name}>
              <dt>
                <svg width="10" height="10" aria-hidden>
                  <rect width="10" height="10" rx="2" fill={p.color} />
                </svg>
                {href ? <Link href={href}>{p.name}</Link> : p.name}
              </dt>
              <dd>{p.value}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}
