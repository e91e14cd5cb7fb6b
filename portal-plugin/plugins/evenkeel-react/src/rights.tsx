import { value, type Schemas } from '@evenkeel/client';
import { evenkeelChangePermission } from '@evenkeel/plugin-evenkeel-common';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { Button, Text, type ButtonProps } from '@backstage/ui';
import { useId } from 'react';

import styles from './rights.module.css';
import { useRead } from './queries';
import { evenkeelReactTranslationRef } from './translation';

/** Who is signed in, as Evenkeel knows them, with the teams that they are in. */
export function useMe() {
  return useRead(['me'], (api, signal) => value(api.GET('/v1/me', { signal })));
}

/** Whether somebody is in the team, or administers Evenkeel. */
export function belongs(me: Schemas['Me'] | undefined, team: string): boolean {
  return (
    me !== undefined &&
    (me.administrator || me.teams.some(of => of.slug === team))
  );
}

/**
 * A button of what not everybody may do. For others it stands there, cannot be pressed, and says
 * who can: nothing is hidden at random.
 */
export function RightButton(
  props: ButtonProps & {
    /** Why it is not for whoever is signed in; undefined where it is. */
    reason: string | undefined;
  },
) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const { reason: ofEvenkeel, ...button } = props;
  const id = useId();
  // The portal has a word in it too, for all that is changed in Evenkeel.
  const portal = usePermission({ permission: evenkeelChangePermission });
  const known = !portal.loading && !portal.error;
  const reason = known && !portal.allowed ? t('right.portal') : ofEvenkeel;
  if (reason === undefined) {
    return <Button {...button} />;
  }
  return (
    <span className={styles.refused}>
      <Button {...button} isDisabled aria-describedby={id} />
      <Text id={id} as="span" variant="body-x-small" color="secondary">
        {reason}
      </Text>
    </span>
  );
}
