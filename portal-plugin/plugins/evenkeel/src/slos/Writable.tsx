import { Nothing, Trouble, Waiting } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { ReactNode } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useRight } from './rights';

/** A form of the SLOs of a service; for who may not change them, why, and who can. */
export function Writable(props: {
  service: string;
  /** Where to go instead. */
  action?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { may, reason, error } = useRight(props.service);
  if (may) {
    return <>{props.children}</>;
  }
  if (reason !== undefined) {
    return (
      <Nothing title={t('slos.form.notYours')} action={props.action}>
        {reason}. {t('slos.form.notYoursText')}
      </Nothing>
    );
  }
  return error ? (
    <Trouble what={t('slos.form.what')} error={error} />
  ) : (
    <Waiting what={t('slos.form.what')} />
  );
}
