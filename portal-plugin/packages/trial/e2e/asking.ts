import { evenkeel, value, type Evenkeel } from '@evenkeel/client';

import { house, tokenOf } from './house';

/** The API, as its administrator, for what a test makes and what others change meanwhile. */
export const api = evenkeel({
  baseUrl: house.api.url,
  token: house.api.token,
  retry: { attempts: 30 },
});

/** The API as one of the sample people asks it through the portal. */
export async function apiOf(person: string): Promise<Evenkeel> {
  return evenkeel({
    baseUrl: `${house.url}/api/evenkeel`,
    token: await tokenOf(person),
  });
}

/** The identifier of one of the sample people, as they are known once they are signed in. */
export async function idOf(person: string): Promise<string> {
  const me = await value((await apiOf(person)).GET('/v1/me'));
  if (!me.person) {
    throw new Error(`${person} is no person`);
  }
  return me.person.id;
}
