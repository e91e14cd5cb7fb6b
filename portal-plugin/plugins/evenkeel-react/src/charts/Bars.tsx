import styles from './charts.module.css';

/** A part of a bar. */
export type Part = { name: string; value: number; color: string };

/** One bar whose parts make the whole, such as services by level; each part has its number. */
export function StackedBar(props: { label: string; parts: readonly Part[] }) {
  const total = props.parts.reduce((sum, p) => sum + p.value, 0);
  return (
    <div
      className={styles.stack}
      role="img"
      aria-label={`${props.label}: ${props.parts
        .map(p => `${p.name} ${p.value}`)
        .join(', ')}`}
    >
      {props.parts
        .filter(p => p.value > 0)
        .map(p => (
          <span
            key={p.name}
            style={{
              width: `${(p.value / total) * 100}%`,
              background: p.color,
            }}
            title={`${p.name}: ${p.value}`}
          />
        ))}
    </div>
  );
}

/** Bars below each other, each with its name and value, the longest first as they are given. */
export function Bars(props: {
  label: string;
  bars: readonly Part[];
  format: (value: number) => string;
}) {
  const most = Math.max(0, ...props.bars.map(b => b.value));
  return (
    <dl className={styles.bars} aria-label={props.label}>
      {props.bars.map(b => (
        <div key={b.name}>
          <dt>{b.name}</dt>
          <dd>
            <span className={styles.track} aria-hidden>
              <span
                style={{
                  width: `${most > 0 ? (b.value / most) * 100 : 0}%`,
                  background: b.color,
                }}
              />
            </span>
            {props.format(b.value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A small line without axes, beside a figure that says the same in a word. */
export function Sparkline(props: {
  label: string;
  values: readonly (number | null)[];
  color: string;
  width?: number;
  height?: number;
}) {
  const { values, width = 120, height = 28 } = props;
  const known = values.filter((v): v is number => v !== null);
  const low = Math.min(...known);
  const spread = Math.max(...known) - low || 1;
  let open = false;
  const path = values
    .map((v, i) => {
      if (v === null) {
        open = false;
        return '';
      }
      const command = open ? 'L' : 'M';
      open = true;
      const px =
        values.length > 1
          ? (i / (values.length - 1)) * (width - 4) + 2
          : width / 2;
      return `${command}${px.toFixed(1)},${(
        height -
        3 -
        ((v - low) / spread) * (height - 6)
      ).toFixed(1)}`;
    })
    .join('');
  return (
    <svg width={width} height={height} role="img" aria-label={props.label}>
      <path
        d={path}
        fill="none"
        stroke={props.color}
        strokeWidth={1.5}
        strokeLinecap="round"
      />
    </svg>
  );
}
