/**
 * Evenkeel in Backstage: a page with tabs, an entity tab and cards.
 *
 * @packageDocumentation
 */
export { evenkeelPlugin as default } from './plugin';
export { evenkeelTranslationRef } from './translation';
