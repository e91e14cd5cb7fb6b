import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveStepAfter, stack } from 'd3-shape';
import { useState, type KeyboardEvent, type PointerEvent } from 'react';

import { day } from '../format';
import styles from './charts.module.css';
import { useWidth } from './useWidth';

/** A layer of the stack, from the bottom up. */
export type Layer = { name: string; color: string };

/** What is counted on a day, by the name of the layer. */
export type StackedDay = { at: Date; counts: Record<string, number> };

const margin = { top: 12, right: 12, bottom: 24, left: 36 };

/**
 * Counts over days, stacked. The arrow keys move a cursor over the days; their counts are read
 * out. Put it in a ChartFrame, which has the table.
 */
export function StackedArea(props: {
  /** Names the chart for who does not see it. */
  label: string;
  layers: readonly Layer[];
  /** The oldest first. */
  days: readonly StackedDay[];
  height?: number;
}) {
  const [ref, width] = useWidth();
  const [cursor, setCursor] = useState<number>();
  const { layers, days, height = 200 } = props;
  const of = (d: StackedDay, name: string) => d.counts[name] ?? 0;
  // A day holds until the next one, and the last until its end, so that one alone is seen too.
  const last = days[days.length - 1];
  const drawn = last
    ? [...days, { ...last, at: new Date(last.at.getTime() + 86_400_000) }]
    : [];
  const stacked = stack<StackedDay, string>()
    .keys(layers.map(l => l.name))
    .value(of)([...drawn]);
  const most = Math.max(
    1,
    ...days.map(d => layers.reduce((sum, l) => sum + of(d, l.name), 0)),
  );
  const x = scaleUtc()
    .domain(
      drawn.length > 0
        ? [drawn[0].at, drawn[drawn.length - 1].at]
        : [new Date(0), new Date(1)],
    )
    .range([margin.left, Math.max(margin.left + 1, width - margin.right)]);
  const y = scaleLinear()
    .domain([0, most])
    .range([height - margin.bottom, margin.top]);
  const draw = area<[number, number]>()
    .x((_, i) => x(drawn[i].at))
    .y0(p => y(p[0]))
    .y1(p => y(p[1]))
    .curve(curveStepAfter);
  const at = cursor === undefined ? undefined : days[cursor];

  const nearest = (event: PointerEvent<SVGSVGElement>) => {
    const left =
      event.clientX - event.currentTarget.getBoundingClientRect().left;
    const wanted = x.invert(left);
    const next = days.findIndex(d => d.at > wanted);
    setCursor(next < 0 ? days.length - 1 : Math.max(0, next - 1));
  };
  const step = (event: KeyboardEvent) => {
    const move = {
      ArrowLeft: -1,
      ArrowRight: 1,
      Home: -Infinity,
      End: Infinity,
    }[event.key];
    if (move === undefined || days.length === 0) {
      return;
    }
    event.preventDefault();
    const from = cursor ?? (move > 0 ? -1 : days.length);
    setCursor(Math.min(days.length - 1, Math.max(0, from + move)));
  };

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
        {stacked.map((layer, i) => (
          <path
            key={layer.key}
            d={draw(layer.map(p => [p[0], p[1]])) ?? undefined}
            fill={layers[i].color}
          />
        ))}
        {y
          .ticks(4)
          .filter(Number.isInteger)
          .map(v => (
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
                {v}
              </text>
            </g>
          ))}
        {days.length > 1 &&
          x.ticks(Math.max(2, Math.floor(width / 110))).map(t => (
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
        {at
          ? `${day(at.at)}: ${layers
              .map(l => `${l.name} ${of(at, l.name)}`)
              .join(', ')}`
          : ' '}
      </div>
    </div>
  );
}
