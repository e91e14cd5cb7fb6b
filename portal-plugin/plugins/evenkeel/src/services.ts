import { items, type Schemas } from '@evenkeel/client';
import { useRead } from '@evenkeel/plugin-evenkeel-react';

/** All services, by slug. */
export function useServices() {
  return useRead(['service-lists', 'all'], async (api, signal) => {
    const all: Schemas['Service'][] = [];
    for await (const one of items(
      api,
      '/v1/services',
      { query: { limit: 200 } },
      signal,
    )) {
      all.push(one);
    }
    return all;
  });
}

/** All teams, by slug. */
export function useTeams() {
  return useRead(['teams'], async (api, signal) => {
    const teams: Schemas['Team'][] = [];
    for await (const team of items(
      api,
      '/v1/teams',
      { query: { limit: 200 } },
      signal,
    )) {
      teams.push(team);
    }
    return teams;
  });
}

/** Everybody who has not left, by name. */
export function usePeople() {
  return useRead(['people'], async (api, signal) => {
    const people: Schemas['Person'][] = [];
    for await (const person of items(
      api,
      '/v1/people',
      { query: { limit: 200 } },
      signal,
    )) {
      if (!person.deactivatedAt) {
        people.push(person);
      }
    }
    return people.sort((a, b) => a.displayName.localeCompare(b.displayName));
  });
}

/** Names people by their identifiers. */
export function useNames(): (person: string | undefined) => string {
  const people = usePeople();
  return person =>
    people.data?.find(p => p.id === person)?.displayName ?? person ?? '';
}
