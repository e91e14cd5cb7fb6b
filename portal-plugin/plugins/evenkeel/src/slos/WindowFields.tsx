import { faultAt, type Refusal } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { NumberField, Select, TextField } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import type { Draft } from './draft';
import styles from './slos.module.css';

const ROLLING = 'rolling';
const periods = ['week', 'month', 'quarter', 'year', 'day'] as const;

type Window = Pick<Draft, 'windowDays' | 'calendar'>;

/** Whether a window rolls and how long it is, or which of the calendar's it is. */
export function WindowFields(props: {
  of: Window;
  set: (part: Window) => void;
  refusal: Refusal;
  /** The pointer of what has the window; empty for the SLO itself. */
  at: string;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of, set, refusal, at } = props;
  const { calendar } = of;
  return (
    <div className={styles.two}>
      <Select
        label={t('slos.form.window')}
        options={[
          { value: ROLLING, label: t('slos.form.rolling') },
          ...periods.map(p => ({
            value: p,
            label: t('slos.window.calendar', { period: p }),
          })),
        ]}
        value={calendar?.period ?? ROLLING}
        onChange={key => {
          const period = periods.find(p => p === key);
          set(
            period
              ? { windowDays: undefined, calendar: { ...calendar, period } }
              : { windowDays: 28, calendar: undefined },
          );
        }}
        {...faultAt(refusal, `${at}/calendar`)}
      />
      {calendar ? (
        <TextField
          label={t('slos.form.timeZone')}
          placeholder="UTC"
          value={calendar.timeZone ?? ''}
          onChange={timeZone =>
            set({
              windowDays: undefined,
              calendar: { ...calendar, timeZone: timeZone || undefined },
            })
          }
          {...faultAt(refusal, `${at}/calendar/timeZone`)}
        />
      ) : (
        <NumberField
          label={t('slos.form.days')}
          minValue={1}
          value={of.windowDays ?? 28}
          onChange={windowDays => set({ windowDays, calendar: undefined })}
          {...faultAt(refusal, `${at}/windowDays`)}
        />
      )}
    </div>
  );
}
