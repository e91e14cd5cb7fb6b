/**
 * The client of the Evenkeel API.
 *
 * @packageDocumentation
 */
export { evenkeel, type Evenkeel, type EvenkeelOptions } from './client';
export { apiOperations, type ApiOperation } from './operations.gen';
export { items, type ItemOf, type ListParams, type ListPath } from './pages';
export { ProblemError, type Fault, type Problem } from './problem';
export { ifMatch, value, versioned, type Reply, type Versioned } from './reply';
export { type Fetch, type RetryOptions } from './retry';
export type { components, operations, paths } from './schema.gen';

import type { components } from './schema.gen';

/** What the API calls its things: `Schemas['Service']`. */
export type Schemas = components['schemas'];
