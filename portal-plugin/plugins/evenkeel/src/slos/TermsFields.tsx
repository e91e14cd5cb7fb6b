import { DayField, faultAt } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Checkbox,
  NumberField,
  Select,
  TextAreaField,
  TextField,
} from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { FurtherFields } from './FurtherFields';
import type { PartProps } from './NameFields';
import { WindowFields } from './WindowFields';
import { alertKinds } from './draft';
import styles from './slos.module.css';

const methods = ['occurrences', 'timeslices', 'ratio_timeslices'] as const;

/** The window, what the budget is of, which alerts are raised, and when it is looked at again. */
export function TermsFields(props: PartProps) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { draft, set, refusal } = props;
  return (
    <div className={styles.fields}>
      <WindowFields of={draft} set={set} refusal={refusal} at="" />
      <BudgetFields {...props} />
      <div className={styles.two}>
        <NumberField
          label={t('slos.form.minEvents')}
          description={t('slos.form.minEventsNote')}
          minValue={1}
          value={draft.minEvents}
          onChange={minEvents => set({ minEvents })}
          {...faultAt(refusal, '/minEvents')}
        />
        <TextField
          label={t('slos.form.confidence')}
          description={t('slos.form.confidenceNote')}
          value={draft.confidence ?? ''}
          onChange={confidence => set({ confidence })}
          {...faultAt(refusal, '/confidence')}
        />
      </div>
      <FurtherFields {...props} />
      <AlertFields {...props} />
      <Select
        label={t('slos.promise.policies')}
        options={(['policy', 'observed'] as const).map(e => ({
          value: e,
          label: t(`slos.enforcement.${e}`),
        }))}
        value={draft.enforcement}
        onChange={key =>
          set({ enforcement: key === 'observed' ? 'observed' : 'policy' })
        }
        {...faultAt(refusal, '/enforcement')}
      />
      <div className={styles.two}>
        <TextField
          label={t('slos.promise.reviewer')}
          value={draft.reviewer ?? ''}
          onChange={reviewer => set({ reviewer })}
          {...faultAt(refusal, '/reviewer')}
        />
        <DayField
          label={t('slos.promise.review')}
          value={draft.reviewBy?.slice(0, 10) ?? ''}
          onChange={by => set({ reviewBy: by ? `${by}T00:00:00Z` : undefined })}
          fault={refusal.at('/reviewBy')}
        />
      </div>
      <TextAreaField
        label={t('slos.form.description')}
        rows={2}
        value={draft.description ?? ''}
        onChange={description => set({ description })}
        {...faultAt(refusal, '/description')}
      />
    </div>
  );
}

function BudgetFields(props: PartProps) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { draft, set, refusal } = props;
  const budgeting = draft.budgeting ?? { method: 'occurrences' as const };
  const missing = ['ignored', 'good', 'bad'] as const;
  return (
    <>
      <Select
        label={t('slos.promise.budget')}
        options={methods.map(m => ({ value: m, label: t(`slos.method.${m}`) }))}
        value={budgeting.method}
        onChange={key => {
          const method = methods.find(m => m === key);
          if (method) {
            set({
              budgeting:
                method === 'occurrences'
                  ? { method }
                  : {
                      method,
                      sliceTarget: method === 'timeslices' ? '95%' : undefined,
                      missing: budgeting.missing ?? 'ignored',
                    },
            });
          }
        }}
        {...faultAt(refusal, '/budgeting')}
      />
      {budgeting.method !== 'occurrences' && (
        <div className={styles.two}>
          {budgeting.method === 'timeslices' && (
            <TextField
              label={t('slos.form.sliceTarget')}
              value={budgeting.sliceTarget ?? ''}
              onChange={sliceTarget =>
                set({ budgeting: { ...budgeting, sliceTarget } })
              }
              {...faultAt(refusal, '/budgeting/sliceTarget')}
            />
          )}
          <Select
            label={t('slos.form.missing')}
            options={missing.map(m => ({
              value: m,
              label: t(`slos.missing.${m}`),
            }))}
            value={budgeting.missing ?? 'ignored'}
            onChange={key =>
              set({
                budgeting: {
                  ...budgeting,
                  missing: missing.find(m => m === key),
                },
              })
            }
            {...faultAt(refusal, '/budgeting/missing')}
          />
        </div>
      )}
    </>
  );
}

function AlertFields(props: PartProps) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { draft, set, refusal } = props;
  const off = draft.alerts?.off ?? [];
  return (
    <fieldset className={styles.group}>
      <legend>{t('slos.form.alerts')}</legend>
      <div className={styles.boxes}>
        {alertKinds.map(kind => (
          <Checkbox
            key={kind}
            isSelected={!off.includes(kind)}
            onChange={on =>
              set({
                alerts: {
                  ...draft.alerts,
                  off: on ? off.filter(of => of !== kind) : [...off, kind],
                },
              })
            }
          >
            {kind === 'absent'
              ? t('slos.alerts.absent')
              : t('slos.form.pair', { pair: kind })}
          </Checkbox>
        ))}
      </div>
      {refusal.at('/alerts') && (
        <p className={styles.fault}>{refusal.at('/alerts')}</p>
      )}
      <NumberField
        label={t('slos.form.minBadEvents')}
        description={t('slos.form.minBadEventsNote')}
        minValue={1}
        value={draft.alerts?.minBadEvents ?? 3}
        onChange={minBadEvents =>
          set({ alerts: { ...draft.alerts, minBadEvents } })
        }
        {...faultAt(refusal, '/alerts/minBadEvents')}
      />
    </fieldset>
  );
}
