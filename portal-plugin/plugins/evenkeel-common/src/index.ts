/**
 * What the frontend and the backend of Evenkeel in Backstage share.
 *
 * @packageDocumentation
 */
export {
  KIND_ANNOTATION,
  SERVICE_ANNOTATION,
  TIER_ANNOTATION,
  serviceOf,
} from './annotations';
export {
  evenkeelChangePermission,
  evenkeelPermissions,
  evenkeelReadPermission,
} from './permissions';
