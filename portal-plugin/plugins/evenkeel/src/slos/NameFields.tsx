import type { Schemas } from '@evenkeel/client';
import { faultAt, type Refusal } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, TextAreaField, TextField } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { slugOf, type Draft } from './draft';
import styles from './slos.module.css';

/** What a part of the form is given. */
export type PartProps = {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
  refusal: Refusal;
};

/** What is promised: the kind, the name and the objective. */
export function NameFields(
  props: PartProps & {
    kinds: readonly Schemas['SLOKind'][];
    /** Its slug follows its name, and its objective its kind. */
    isNew: boolean;
  },
) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { draft, set, refusal, kinds, isNew } = props;
  const { indicator } = draft;
  const kind = kinds.find(k => k.category === indicator.category);
  const choose = (next: Schemas['SLOKind']) =>
    set({
      // What its author did not touch follows the kind.
      objective:
        isNew && draft.objective === kind?.objective
          ? next.objective
          : draft.objective,
      slug: isNew && draft.slug === kind?.category ? next.category : draft.slug,
      indicator: {
        ...indicator,
        category: next.category,
        description:
          indicator.description === kind?.goodEvent
            ? next.goodEvent
            : indicator.description,
      },
    });
  return (
    <div className={styles.fields}>
      <Select
        label={t('slos.promise.kind')}
        description={kind && t('slos.form.kindNote', { what: kind.measures })}
        options={kinds.map(k => ({
          value: k.category,
          label: t(`slos.kind.${k.category}`),
        }))}
        value={indicator.category}
        onChange={key => {
          const next = kinds.find(k => k.category === key);
          if (next) {
            choose(next);
          }
        }}
        {...faultAt(refusal, '/indicator/category')}
      />
      <div className={styles.two}>
        <TextField
          label={t('slos.form.name')}
          description={t('slos.form.nameNote')}
          value={draft.name}
          onChange={name =>
            set({
              name,
              slug:
                isNew &&
                (draft.slug === slugOf(draft.name) ||
                  (draft.name === '' && draft.slug === indicator.category))
                  ? slugOf(name) || indicator.category
                  : draft.slug,
            })
          }
          {...faultAt(refusal, '/name')}
        />
        <TextField
          label={t('slos.form.slug')}
          description={t('slos.form.slugNote')}
          isRequired
          value={draft.slug}
          onChange={slug => set({ slug })}
          {...faultAt(refusal, '/slug')}
        />
      </div>
      <TextField
        label={t('slos.figures.objective')}
        description={t('slos.form.objectiveNote')}
        isRequired
        value={draft.objective ?? ''}
        onChange={objective => set({ objective })}
        {...faultAt(refusal, '/objective')}
      />
      <TextField
        label={t('slos.promise.good')}
        value={indicator.description ?? ''}
        onChange={description =>
          set({ indicator: { ...indicator, description } })
        }
        {...faultAt(refusal, '/indicator/description')}
      />
      <TextAreaField
        label={t('slos.form.rationale')}
        description={t('slos.form.rationaleNote')}
        rows={2}
        value={draft.rationale ?? ''}
        onChange={rationale => set({ rationale })}
        {...faultAt(refusal, '/rationale')}
      />
    </div>
  );
}
