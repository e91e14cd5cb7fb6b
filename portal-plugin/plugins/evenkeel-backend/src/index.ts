/**
 * Evenkeel in the backend of Backstage: leads to its API, tells teams of events, and lets the search
 * find what is there.
 *
 * @packageDocumentation
 */
export { evenkeelPlugin as default } from './plugin';
export { searchModuleEvenkeel } from './search/module';
export { type EvenkeelDocument } from './search/documents';
