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
 * Why the portal lets whoever is signed in change nothing in Evenkeel, whatever Evenkeel itself
 * would let them; undefined where it does, or does not say.
 */
export function useDenied(): string | undefined {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const portal = usePermission({ permission: evenkeelChangePermission });
  return !portal.loading && !portal.error && !portal.allowed
    ? t('right.portal')
    : undefined;
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
    /**
     * The reason stands beside already, at the head of a list or at another button: here it is
     * only for who points at the button, or hears the page.
     */
    said?: boolean;
  },
) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const { reason: ofEvenkeel, said, ...button } = props;
  const me = useMe();
  const id = useId();
  // The portal has a word in it too, for all that is changed in Evenkeel.
  const denied = useDenied();
  const reason = denied ?? ofEvenkeel;
  const refused = reason !== undefined;
  let text = reason || undefined;
  if (refused && !denied && !me.data) {
    text = me.isError ? t('right.unknown') : undefined;
  }
  const quiet = text === undefined || said;
  return (
    // The button stays the same one once it is known who may: it keeps the focus.
    <span
      className={quiet ? styles.offered : styles.refused}
      title={said ? text : undefined}
    >
      <Button
        {...button}
        isDisabled={refused || button.isDisabled}
        aria-describedby={text === undefined ? undefined : id}
      />
      {text !== undefined && (
        <Text
          id={id}
          as="span"
          variant="body-x-small"
          color="secondary"
          hidden={said}
        >
          {text}
        </Text>
      )}
    </span>
  );
}
