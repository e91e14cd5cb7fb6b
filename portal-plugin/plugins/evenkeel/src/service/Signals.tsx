import type { Schemas } from '@evenkeel/client';
import {
  ChartFrame,
  Key,
  Nothing,
  Section,
  Shown,
  TimeChart,
  colors,
  duration,
  moment,
  number,
  percent,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { ExplainSignal } from './ExplainSignal';
import { MapSignals } from './MapSignals';
import { useSignalsNow, useSignalsSeries } from './data';
import styles from './service.module.css';

type Reading = Schemas['SignalReadingNow'];

const lines = [colors.main, colors.warning, colors.good, colors.change];

/** Writes a value of a signal in its unit. */
function useWrite() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (unit: Reading['unit']) =>
    (value: number): string => {
      switch (unit) {
        case 's':
          return value < 1
            ? t('service.signals.units.milliseconds', {
                value: number(value * 1000, 0),
              })
            : t('service.signals.units.seconds', { value: number(value, 2) });
        case '1/s':
          return t('service.signals.units.perSecond', {
            value: number(value, 2),
          });
        default:
          return percent(value, 2);
      }
    };
}

/** Latency, traffic, errors and saturation, now and over the last hours. */
export function Signals(props: { service: string; team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, team } = props;
  const now = useSignalsNow(service);
  const mapped = now.data?.signals.some(s => s.mapped) ?? false;
  const series = useSignalsSeries(service, mapped);
  return (
    <Section
      title={t('service.signals.title')}
      note={
        now.data &&
        t('service.signals.note', { window: duration(now.data.windowSeconds) })
      }
      actions={<MapSignals service={service} team={team} />}
    >
      <Shown what={t('service.signals.title')} read={now}>
        {found =>
          mapped ? (
            <div className={styles.signals}>
              {found.signals.map(s => (
                <Signal
                  key={s.signal}
                  now={s}
                  series={series.data?.signals.find(
                    of => of.signal === s.signal,
                  )}
                />
              ))}
            </div>
          ) : (
            <Nothing title={t('service.signals.none')}>
              {t('service.signals.noneText')}
            </Nothing>
          )
        }
      </Shown>
    </Section>
  );
}

function Signal(props: {
  now: Schemas['GoldenSignalNow'];
  series: Schemas['GoldenSignalSeries'] | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { now, series } = props;
  const write = useWrite();
  const title = t(`service.signals.${now.signal}`);
  if (!now.mapped) {
    return (
      <div>
        <Text as="h3" variant="title-x-small">
          {title}
        </Text>
        <Text as="p" variant="body-small" color="secondary">
          {t('service.signals.unmapped')}
        </Text>
      </div>
    );
  }
  const unit = now.readings[0]?.unit ?? '1';
  // A chart has one unit: further ones are said in words.
  const drawn = (series?.readings ?? []).filter(r => r.unit === unit);
  const said = (r: Reading) =>
    `${r.name} ${
      r.value === null ? t('service.unknown') : write(r.unit)(r.value)
    }`;
  const points = drawn[0]?.points ?? [];
  return (
    <div>
      <ChartFrame
        title={title}
        summary={now.readings.map(said).join(', ')}
        table={{
          head: [t('slos.burnDown.when'), ...drawn.map(r => r.name)],
          rows: points.map((p, at) => [
            moment(p.at),
            ...drawn.map(r => {
              const value = r.points[at]?.value ?? null;
              return value === null ? t('service.unknown') : write(unit)(value);
            }),
          ]),
        }}
        legend={
          drawn.length > 1 &&
          drawn.map((r, at) => (
            <Key key={r.name} color={lines[at % lines.length]}>
              {r.name}
            </Key>
          ))
        }
      >
        {points.some(p => p.value !== null) ? (
          <TimeChart
            label={title}
            height={140}
            domain={[0, 0]}
            format={write(unit)}
            series={drawn.map((r, at) => ({
              name: r.name,
              color: lines[at % lines.length],
              points: r.points.map(p => ({
                at: new Date(p.at),
                value: p.value,
              })),
            }))}
          />
        ) : (
          <Text as="p" variant="body-small" color="secondary">
            {t('service.signals.noPoints')}
          </Text>
        )}
      </ChartFrame>
      <div className={styles.buttons}>
        {now.readings.map(r => (
          <ExplainSignal
            key={r.name}
            title={title}
            reading={r}
            said={said(r)}
          />
        ))}
      </div>
    </div>
  );
}
