import { moment } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import type { Drafts } from './drafts';
import styles from './drafts.module.css';

/** Offers what somebody typed before and did not save; nothing where there is nothing. */
export function DraftOffer<T>(props: {
  drafts: Drafts<T>;
  onGoOn: (draft: T) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { drafts, onGoOn } = props;
  const { offered } = drafts;
  if (!offered) {
    return null;
  }
  return (
    <Alert
      role="status"
      icon
      status="info"
      title={t('drafts.title', { when: moment(offered.at) })}
      description={
        <>
          {t('drafts.text')}
          {/* Below: beside the words they would leave them no room. */}
          <span className={styles.actions}>
            <Button
              size="small"
              variant="primary"
              onPress={() => {
                drafts.take();
                onGoOn(offered.draft);
              }}
            >
              {t('drafts.goOn')}
            </Button>
            <Button
              size="small"
              variant="secondary"
              destructive
              onPress={drafts.discard}
            >
              {t('drafts.discard')}
            </Button>
          </span>
        </>
      }
    />
  );
}
