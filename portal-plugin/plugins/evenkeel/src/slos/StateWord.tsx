import type { Schemas } from '@evenkeel/client';
import { Word, sloTones } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import styles from './slos.module.css';

/** The state of an SLO in a word, and whether it is held fast because measurements stay away. */
export function StateWord(props: {
  state: Schemas['SLO']['state'];
  stale?: boolean;
  retired?: boolean;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (
    <span className={styles.words}>
      <Word tone={sloTones[props.state]}>{t(`slos.state.${props.state}`)}</Word>
      {props.stale && <Word tone="stale">{t('slos.stale')}</Word>}
      {props.retired && <Word tone="info">{t('slos.retired')}</Word>}
    </span>
  );
}
