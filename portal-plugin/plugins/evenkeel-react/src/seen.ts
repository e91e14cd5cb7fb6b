import { ifMatch } from '@evenkeel/client';

/**
 * The header that makes a change conditional on what somebody looks at: the version of a thing is
 * also its ETag. Reading it again first would hide that somebody else changed it meanwhile.
 */
export function ifSeen(of: { version: number }): { 'If-Match': string } {
  return ifMatch(`"${of.version}"`);
}
