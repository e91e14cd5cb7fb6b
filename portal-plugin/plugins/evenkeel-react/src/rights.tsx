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
 * who can: nothing is hidden at random. Until it is known who is signed in it says nothing.
 */
export function RightButton(
  props: ButtonProps & {
    /**
     * Why it is not for whoever is signed in; undefined where it is, and empty while that is not
     * known yet.
     */
    reason: string | undefined;
  },
) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const { reason: ofEvenkeel, ...button } = props;
  const me = useMe();
  const id = useId();
  // The portal has a word in it too, for all that is changed in Evenkeel.
  const portal = usePermission({ permission: evenkeelChangePermission });
  const denied = !portal.loading && !portal.error && !portal.allowed;
  const reason = denied ? t('right.portal') : ofEvenkeel;
  const refused = reason !== undefined;
  let text = reason || undefined;
  if (refused && !denied && !me.data) {
    text = me.isError ? t('right.unknown') : undefined;
  }
  return (
    // The button stays the same one once it is known who may: it keeps the focus.
    <span className={text === undefined ? styles.offered : styles.refused}>
      <Button
        {...button}
        isDisabled={refused || button.isDisabled}
        aria-describedby={text === undefined ? undefined : id}
      />
      {text !== undefined && (
        <Text id={id} as="span" variant="body-x-small" color="secondary">
          {text}
        </Text>
      )}
    </span>
  );
}
