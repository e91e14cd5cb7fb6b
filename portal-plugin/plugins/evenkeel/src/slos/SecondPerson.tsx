import {
  faultOf,
  problemIn,
  type Refusal,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, TextAreaField } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { needsApproval } from './acts';
import styles from './slos.module.css';

/**
 * Says that another person has to approve an act, and asks why they should; nothing unless that is
 * what it was refused for.
 */
export function SecondPerson(props: {
  /** What the act was refused with. */
  error: Error | null;
  why: string;
  onWhy: (why: string) => void;
  /** What the proposal was refused with. */
  refusal: Refusal;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  if (!needsApproval(props.error)) {
    return null;
  }
  const said = problemIn(props.error)?.problem.detail;
  return (
    <div className={styles.stack}>
      <Alert
        role="alert"
        icon
        status="warning"
        title={t('slos.proposals.needed')}
        description={<span className={styles.sentence}>{said}</span>}
      />
      <TextAreaField
        label={t('slos.proposals.why')}
        description={t('slos.proposals.whyNote')}
        isRequired
        rows={2}
        value={props.why}
        onChange={props.onWhy}
        {...faultOf(props.refusal.at('/reason'))}
      />
    </div>
  );
}
