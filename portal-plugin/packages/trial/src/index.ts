/**
 * The organisation of the trial portal, and the program to try it with.
 *
 * @packageDocumentation
 */
export { startProgram, type Program } from './program';
export * from './world';
