import { randomUUID } from 'node:crypto';

/** A word that nothing else is called by. */
export function word(): string {
  return randomUUID().slice(0, 8);
}

/** A name that no other test has. */
export function named(what: string): string {
  return `${what} ${word()}`;
}
