import { ConflictError } from '@backstage/errors';
import { ProblemError, type Reply } from '@evenkeel/client';

/** Refuses with the words where something is found; rejects with what else is wrong. */
export async function refuseTaken(
  found: Reply<unknown>,
  words: string,
): Promise<void> {
  try {
    await found;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) {
      return;
    }
    throw error;
  }
  throw new ConflictError(`Evenkeel refuses it: ${words}; choose another name`);
}
