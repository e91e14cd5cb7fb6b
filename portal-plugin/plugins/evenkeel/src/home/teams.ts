import type { EvenkeelApi, Read } from '@evenkeel/plugin-evenkeel-react';
import { useRead } from '@evenkeel/plugin-evenkeel-react';

/** Of how many teams a page for a person shows what they look after. */
export const MOST_TEAMS = 10;

/** Reads a list of each of some teams, and puts them behind each other. */
export function useOfTeams<T>(
  name: string,
  teams: readonly string[],
  read: (
    api: EvenkeelApi,
    team: string,
    signal: AbortSignal,
  ) => Promise<{ items: T[] | null }>,
  options: { enabled?: boolean; under?: readonly string[] } = {},
): Read<T[]> {
  return useRead(
    // What changes one of them has them read again: their names come first in the key.
    [name, 'of-teams', ...teams, ...(options.under ?? [])],
    async (api, signal) => {
      const lists = await Promise.all(
        teams.map(team => read(api, team, signal)),
      );
      return lists.flatMap(list => list.items ?? []);
    },
    { enabled: options.enabled },
  );
}
