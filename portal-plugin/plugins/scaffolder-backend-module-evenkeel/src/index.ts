/**
 * Actions for software templates: register a service, declare an SLO.
 *
 * @packageDocumentation
 */
export { scaffolderModuleEvenkeel as default } from './module';
