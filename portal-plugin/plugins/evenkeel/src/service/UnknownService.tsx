import type { Entity } from '@backstage/catalog-model';
import {
  Nothing,
  RightButton,
  belongs,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { SERVICE_ANNOTATION } from '@evenkeel/plugin-evenkeel-common';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { RegisterDialog } from './RegisterDialog';
import { teamOf } from './register';

/** Says that Evenkeel does not know the service that an entity is, and what can be done. */
export function UnknownService(props: { entity: Entity; slug: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { entity, slug } = props;
  const me = useMe();
  const team = teamOf(entity);
  const [open, setOpen] = useState(false);
  let reason: string | undefined;
  if (!belongs(me.data, team)) {
    reason = team
      ? t('slos.page.notYours', { team })
      : t('service.unregistered.noOwner');
  }
  return (
    <>
      <Nothing
        title={t('service.unregistered.title', { slug })}
        snippet={`metadata:\n  annotations:\n    ${SERVICE_ANNOTATION}: ${slug}`}
        action={
          <RightButton
            variant="primary"
            reason={reason}
            onPress={() => setOpen(true)}
          >
            {t('service.unregistered.register')}
          </RightButton>
        }
      >
        {t('service.unregistered.text')}
      </Nothing>
      {open && (
        <RegisterDialog
          entity={entity}
          slug={slug}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
