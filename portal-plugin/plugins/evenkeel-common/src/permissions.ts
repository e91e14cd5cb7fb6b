import { createPermission } from '@backstage/plugin-permission-common';

/** Seeing what Evenkeel knows. Restricted incidents and a person's own toil stay with whom they are for. */
export const evenkeelReadPermission = createPermission({
  name: 'evenkeel.read',
  attributes: { action: 'read' },
});

/**
 * Changing anything in Evenkeel through the portal. Whether somebody may change this one thing is
 * for Evenkeel to say, by who is in which team there.
 */
export const evenkeelChangePermission = createPermission({
  name: 'evenkeel.change',
  attributes: { action: 'update' },
});

/** All permissions of Evenkeel in the portal. */
export const evenkeelPermissions = [
  evenkeelReadPermission,
  evenkeelChangePermission,
];
