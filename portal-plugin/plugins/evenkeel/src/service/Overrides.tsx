import type { Schemas } from '@evenkeel/client';
import {
  More,
  RightButton,
  Row,
  Rows,
  Shown,
  Sub,
  Trouble,
  Word,
  moment,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useState } from 'react';

import { useActReason } from '../acts/reason';
import { evenkeelTranslationRef } from '../translation';
import { ReviewDialog } from './ReviewDialog';
import { useEndOverride, useOverrides } from './data';
import styles from './service.module.css';

type Override = Schemas['GateOverride'];

/** How the freezes of a service were lifted, the newest first, each to be reviewed by somebody else. */
export function Overrides(props: { service: string; team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, team } = props;
  const overrides = useOverrides(service);
  const [reviewed, setReviewed] = useState<Override>();
  if (!overrides.error && !overrides.data?.length) {
    return null;
  }
  return (
    <div className={styles.rung}>
      <Text as="h3" variant="body-medium" weight="bold">
        {t('service.gate.overrides')}
      </Text>
      <Shown what={t('service.gate.overrides')} read={overrides}>
        {found => (
          <>
            <Rows label={t('service.gate.overrides')}>
              {found.map(o => (
                <One
                  key={o.id}
                  override={o}
                  service={service}
                  team={team}
                  onReview={() => setReviewed(o)}
                />
              ))}
            </Rows>
            <More of={overrides} />
          </>
        )}
      </Shown>
      {reviewed && (
        <ReviewDialog
          service={service}
          override={reviewed}
          onClose={() => setReviewed(undefined)}
        />
      )}
    </div>
  );
}

/** How far an override got. */
function stateOf(override: Override): ['holds' | 'over', Tone] {
  return new Date(override.until) > new Date()
    ? ['holds', 'warning']
    : ['over', 'unknown'];
}

function One(props: {
  override: Override;
  service: string;
  team: string;
  onReview: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { override, service, team, onReview } = props;
  const { madeBy, madeAt, until, reason, review, reviewDue } = override;
  const why = useActReason();
  const end = useEndOverride(service);
  const [state, tone] = stateOf(override);
  const words = { forbidden: t('slos.page.notYours', { team }) };
  const notToEnd = why(override, 'end', words);
  const notToReview = why(override, 'review', words);
  return (
    <Row
      end={<Word tone={tone}>{t(`service.gate.overrideState.${state}`)}</Word>}
    >
      {t('service.gate.liftedBy', { who: madeBy, reason })}
      <Sub>{`${moment(madeAt)} – ${moment(until)}`}</Sub>
      <Sub>
        {review
          ? t(
              review.justified
                ? 'service.gate.justified'
                : 'service.gate.unjustified',
              { who: review.by, note: review.note },
            )
          : t('service.gate.reviewDue', { when: moment(reviewDue) })}
      </Sub>
      {end.error && (
        <Trouble what={t('service.gate.overrides')} error={end.error} />
      )}
      <div className={styles.buttons}>
        {state === 'holds' && (
          <RightButton
            size="small"
            variant="secondary"
            reason={notToEnd}
            // Of two that are refused for the same reason, the last one says it.
            said={!review && notToEnd === notToReview}
            isPending={end.isPending}
            onPress={() => end.mutate(override)}
          >
            {t('service.gate.end')}
          </RightButton>
        )}
        {!review && (
          <RightButton
            size="small"
            variant="secondary"
            reason={notToReview}
            onPress={onReview}
          >
            {t('service.gate.review')}
          </RightButton>
        )}
      </div>
    </Row>
  );
}
