import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, line } from 'd3-shape';
import { useState, type KeyboardEvent, type PointerEvent } from 'react';

import { moment } from '../format';
import styles from './charts.module.css';
import { useWidth } from './useWidth';

/** A point of a line; null where nothing is known, which is drawn as a gap. */
export type Point = { at: Date; value: number | null };

/** A line of a chart. */
export type Series = {
  name: string;
  color: string;
  points: readonly Point[];
  dashed?: boolean;
  /** Fills between the line and 0. */
  area?: boolean;
};

/** A stretch of time that is drawn behind the lines, such as an incident. */
export type Band = { from: Date; to: Date; label: string; color: string };

/** A moment that is drawn as a vertical line, such as a change. */
export type Mark = { at: Date; label: string; color: string };

/** Something on the value axis that is drawn as a horizontal line, such as an objective. */
export type Level = { value: number; label: string; color: string };

const margin = { top: 12, right: 12, bottom: 24, left: 52 };

/**
 * Lines over time, also below zero, with what happened drawn behind them. The arrow keys move a
 * cursor over the points of the first line; its values are read out. Put it in a ChartFrame,
 * which has the table.
 */
export function TimeChart(props: {
  /** Names the chart for who does not see it. */
  label: string;
  series: readonly Series[];
  bands?: readonly Band[];
  marks?: readonly Mark[];
  levels?: readonly Level[];
  /** Writes a value for the axis and the cursor. */
  format: (value: number) => string;
  height?: number;
  /** What the value axis shows at least. */
  domain?: readonly [number, number];
  /** What the time axis shows; from the first point to the last without. */
  time?: readonly [Date, Date];
}) {
  const [ref, width] = useWidth();
  const [cursor, setCursor] = useState<number>();
  const {
    series,
    format,
    height = 240,
    bands = [],
    marks = [],
    levels = [],
  } = props;
  const known = series.flatMap(s => s.points);
  const values = known.flatMap(p => (p.value === null ? [] : [p.value]));
  const times = known.map(p => p.at.getTime());
  const from = props.time?.[0] ?? new Date(Math.min(...times));
  const to = props.time?.[1] ?? new Date(Math.max(...times));
  const x = scaleUtc()
    .domain([from, to])
    .range([margin.left, Math.max(margin.left + 1, width - margin.right)]);
  const y = scaleLinear()
    .domain([
      Math.min(
        props.domain?.[0] ?? Infinity,
        ...values,
        ...levels.map(l => l.value),
      ),
      Math.max(
        props.domain?.[1] ?? -Infinity,
        ...values,
        ...levels.map(l => l.value),
      ),
    ])
    .nice(5)
    .range([height - margin.bottom, margin.top]);
  const first = series[0]?.points ?? [];
  const at = cursor === undefined ? undefined : first[cursor];

  const nearest = (event: PointerEvent<SVGSVGElement>) => {
    const left =
      event.clientX - event.currentTarget.getBoundingClientRect().left;
    const wanted = x.invert(left).getTime();
    let best = 0;
    first.forEach((p, i) => {
      if (
        Math.abs(p.at.getTime() - wanted) <
        Math.abs(first[best].at.getTime() - wanted)
      ) {
        best = i;
      }
    });
    setCursor(first.length > 0 ? best : undefined);
  };
  const step = (event: KeyboardEvent) => {
    const move = {
      ArrowLeft: -1,
      ArrowRight: 1,
      Home: -Infinity,
      End: Infinity,
    }[event.key];
    if (move === undefined || first.length === 0) {
      return;
    }
    event.preventDefault();
    setCursor(
      Math.min(
        first.length - 1,
        Math.max(0, (cursor ?? (move > 0 ? -1 : first.length)) + move),
      ),
    );
  };
  const read = at
    ? series
        .map(s => {
          const p = s.points.find(of => of.at.getTime() === at.at.getTime());
          return p && p.value !== null
            ? `${s.name} ${format(p.value)}`
            : undefined;
        })
        .filter(Boolean)
        .join(', ')
    : '';

  return (
    <div ref={ref} className={styles.chart}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={props.label}
        // The arrow keys move its cursor.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onKeyDown={step}
        onPointerMove={nearest}
        onPointerLeave={() => setCursor(undefined)}
      >
        {bands.map(b => (
          <rect
            key={`${b.label}${b.from.toISOString()}`}
            x={x(Math.max(b.from.getTime(), from.getTime()))}
            width={Math.max(
              2,
              x(Math.min(b.to.getTime(), to.getTime())) -
                x(Math.max(b.from.getTime(), from.getTime())),
            )}
            y={margin.top}
            height={height - margin.top - margin.bottom}
            fill={b.color}
            opacity={0.18}
          >
            <title>{b.label}</title>
          </rect>
        ))}
        {y.ticks(5).map(v => (
          <g key={v}>
            <line
              className={v === 0 ? styles.zero : styles.grid}
              x1={margin.left}
              x2={width - margin.right}
              y1={y(v)}
              y2={y(v)}
            />
            <text
              className={styles.tick}
              x={margin.left - 8}
              y={y(v)}
              textAnchor="end"
              dominantBaseline="middle"
            >
              {format(v)}
            </text>
          </g>
        ))}
        {x.ticks(Math.max(2, Math.floor(width / 110))).map(t => (
          <text
            key={t.toISOString()}
            className={styles.tick}
            x={x(t)}
            y={height - 6}
            textAnchor="middle"
          >
            {x.tickFormat()(t)}
          </text>
        ))}
        {marks.map(m => (
          <line
            key={`${m.label}${m.at.toISOString()}`}
            x1={x(m.at)}
            x2={x(m.at)}
            y1={margin.top}
            y2={height - margin.bottom}
            stroke={m.color}
            strokeDasharray="2 3"
          >
            <title>{m.label}</title>
          </line>
        ))}
        {series.map(s => {
          const of = s.points.filter(p => p.at >= from && p.at <= to);
          const defined = (p: Point) => p.value !== null;
          const px = (p: Point) => x(p.at);
          const py = (p: Point) => y(p.value ?? 0);
          // No line leads to one that has no neighbour.
          const alone = (p: Point, i: number) =>
            defined(p) &&
            [of[i - 1], of[i + 1]].every(n => !n || n.value === null);
          return (
            <g key={s.name}>
              {s.area && (
                <path
                  d={
                    area<Point>()
                      .defined(defined)
                      .x(px)
                      .y0(y(Math.max(0, y.domain()[0])))
                      .y1(py)([...of]) ?? undefined
                  }
                  fill={s.color}
                  opacity={0.15}
                />
              )}
              <path
                d={
                  line<Point>().defined(defined).x(px).y(py)([...of]) ??
                  undefined
                }
                fill="none"
                stroke={s.color}
                strokeWidth={2}
                strokeDasharray={s.dashed ? '5 4' : undefined}
                strokeLinecap="round"
              />
              {of.filter(alone).map(p => (
                <circle
                  key={p.at.toISOString()}
                  cx={px(p)}
                  cy={py(p)}
                  r={3}
                  fill={s.color}
                />
              ))}
            </g>
          );
        })}
        {levels.map(l => (
          <g key={l.label}>
            <line
              x1={margin.left}
              x2={width - margin.right}
              y1={y(l.value)}
              y2={y(l.value)}
              stroke={l.color}
              strokeDasharray="6 3"
            />
            <text
              className={styles.tick}
              x={width - margin.right}
              y={y(l.value) - 5}
              textAnchor="end"
            >
              {l.label}
            </text>
          </g>
        ))}
        {at && (
          <line
            className={styles.cursor}
            x1={x(at.at)}
            x2={x(at.at)}
            y1={margin.top}
            y2={height - margin.bottom}
          />
        )}
      </svg>
      <div className={styles.readout} aria-live="polite">
        {at ? `${moment(at.at)}: ${read}` : ' '}
      </div>
    </div>
  );
}
