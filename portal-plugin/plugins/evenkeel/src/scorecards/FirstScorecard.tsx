import { value, type Schemas } from '@evenkeel/client';
import {
  Nothing,
  PageTitle,
  Refused,
  RightButton,
  Shown,
  refusalOf,
  useChange,
  useMe,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Navigate } from 'react-router-dom';

import { evenkeelTranslationRef } from '../translation';
import { useScorecards } from './cards';
import styles from './scorecards.module.css';

/** Leads to the first scorecard; where there is none, to how one begins. */
export function FirstScorecard() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const cards = useScorecards();
  return (
    <>
      <Shown what={t('scorecards.what')} read={cards}>
        {all =>
          all.length > 0 ? <Navigate to={all[0].slug} replace /> : <Begin />
        }
      </Shown>
    </>
  );
}

function Begin() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  const templates = useRead(['scorecard-templates'], (api, signal) =>
    value(api.GET('/v1/scorecard-templates', { signal })),
  );
  const begin = useChange(
    (api, body: Schemas['ScorecardInput']) =>
      value(api.POST('/v1/scorecards', { body })),
    { touches: [['scorecards']] },
  );
  return (
    <>
      <PageTitle title={t('scorecards.title')} />
      <Refused refusal={refusalOf(begin.error, [])} />
      <Nothing
        title={t('scorecards.none.title')}
        action={
          <div className={styles.choices}>
            {(templates.data?.templates ?? []).map(template => (
              <RightButton
                key={template.slug}
                variant="secondary"
                isPending={begin.isPending}
                reason={
                  me.data?.administrator
                    ? undefined
                    : t('scorecards.none.admins')
                }
                onPress={() => begin.mutate(template)}
              >
                {t('scorecards.none.begin', { name: template.name })}
              </RightButton>
            ))}
          </div>
        }
      >
        {t('scorecards.none.text')}
      </Nothing>
    </>
  );
}
