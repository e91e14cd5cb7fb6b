/**
 * Tells Evenkeel what the catalog of the portal says.
 *
 * @packageDocumentation
 */
export { catalogModuleEvenkeel as default } from './module';
