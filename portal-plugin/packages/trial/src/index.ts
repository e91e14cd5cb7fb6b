/**
 * The organisation of the trial portal.
 *
 * @packageDocumentation
 */
export * from './world';
