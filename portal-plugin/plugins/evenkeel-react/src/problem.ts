import { ProblemError } from '@evenkeel/client';

/** Returns what the API said where an error is its refusal. */
export function problemIn(error: unknown): ProblemError | undefined {
  return error instanceof ProblemError ? error : undefined;
}
