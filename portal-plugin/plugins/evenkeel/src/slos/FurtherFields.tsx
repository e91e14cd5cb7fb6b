import type { Schemas } from '@evenkeel/client';
import { faultAt } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, TextField } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import type { PartProps } from './NameFields';
import { WindowFields } from './WindowFields';
import styles from './slos.module.css';

/** How many there may be beside the first. */
const MOST = 4;

/** Objectives of the same indicator over other windows, such as one of each quarter. */
export function FurtherFields(props: PartProps) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { draft, set, refusal } = props;
  const goals = draft.furtherObjectives ?? [];
  const change = (at: number, part: Partial<Schemas['GoalInput']>) =>
    set({
      furtherObjectives: goals.map((goal, of) =>
        of === at ? { ...goal, ...part } : goal,
      ),
    });
  return (
    <fieldset className={styles.group}>
      <legend>{t('slos.further.title')}</legend>
      {goals.map((goal, at) => {
        const pointer = `/furtherObjectives/${at}`;
        return (
          // They have no names of their own that stay while they are typed.
          // eslint-disable-next-line react/no-array-index-key
          <div key={at} className={styles.formula}>
            <div className={styles.two}>
              <TextField
                label={t('slos.further.name')}
                description={t('slos.further.nameNote')}
                isRequired
                value={goal.name}
                onChange={name => change(at, { name })}
                {...faultAt(refusal, `${pointer}/name`)}
              />
              <TextField
                label={t('slos.further.objective')}
                description={t('slos.further.objectiveNote')}
                isRequired
                value={goal.objective}
                onChange={objective => change(at, { objective })}
                {...faultAt(refusal, `${pointer}/objective`)}
              />
            </div>
            <WindowFields
              of={goal}
              set={part => change(at, part)}
              refusal={refusal}
              at={pointer}
            />
            <div className={styles.buttons}>
              <Button
                size="small"
                variant="tertiary"
                aria-label={t('slos.further.removeOne', {
                  name: goal.name || String(at + 1),
                })}
                onPress={() =>
                  set({ furtherObjectives: goals.filter((_, of) => of !== at) })
                }
              >
                {t('slos.further.remove')}
              </Button>
            </div>
          </div>
        );
      })}
      {refusal.at('/furtherObjectives') && (
        <p className={styles.fault}>{refusal.at('/furtherObjectives')}</p>
      )}
      {goals.length < MOST && (
        <div className={styles.buttons}>
          <Button
            size="small"
            variant="secondary"
            onPress={() =>
              set({
                furtherObjectives: [
                  ...goals,
                  { name: '', objective: '', calendar: { period: 'quarter' } },
                ],
              })
            }
          >
            {t('slos.further.add')}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
