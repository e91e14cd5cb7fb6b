import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import type { Draft } from './draft';
import { useFieldNames } from './fields';
import styles from './slos.module.css';

/** What differs between two drafts: the pointer of each value, and what it was and is. */
export function differences(
  before: Draft,
  after: Draft,
): { pointer: string; before: string; after: string }[] {
  const [was, is] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter(pointer => was.get(pointer) !== is.get(pointer))
    .map(pointer => ({
      pointer,
      before: was.get(pointer) ?? '',
      after: is.get(pointer) ?? '',
    }));
}

// Each value that is not made of others, by its pointer.
function valuesOf(of: unknown, at = ''): Map<string, string> {
  if (typeof of !== 'object' || of === null) {
    return of === undefined || of === null || of === ''
      ? new Map()
      : new Map([[at, String(of)]]);
  }
  return new Map(
    Object.entries(of).flatMap(([name, part]) => [
      ...valuesOf(part, `${at}/${name}`),
    ]),
  );
}

/** What somebody else changed of an SLO meanwhile, field by field. */
export function Theirs(props: { before: Draft; after: Draft }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const nameOf = useFieldNames();
  return (
    <ul className={styles.list} aria-label={t('slos.form.theirs')}>
      {differences(props.before, props.after).map(d => (
        <li key={d.pointer}>
          {t('slos.form.changed', {
            field: nameOf(d.pointer),
            before: d.before || t('slos.none'),
            after: d.after || t('slos.none'),
          })}
        </li>
      ))}
    </ul>
  );
}
