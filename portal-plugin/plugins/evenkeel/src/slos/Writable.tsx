import {
  Nothing,
  Trouble,
  Waiting,
  useDenied,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { ReactNode } from 'react';

import { sentence } from '../sentence';
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
  const denied = useDenied();
  if (may) {
    return <>{props.children}</>;
  }
  if (reason !== undefined) {
    return (
      <Nothing title={t('slos.form.notYours')} action={props.action}>
        {/* Who else may is no help where it is the portal that does not let them. */}
        {denied
          ? sentence(denied)
          : `${reason}. ${t('slos.form.notYoursText')}`}
      </Nothing>
    );
  }
  return error ? (
    <Trouble what={t('slos.form.what')} error={error} />
  ) : (
    <Waiting what={t('slos.form.what')} />
  );
}
