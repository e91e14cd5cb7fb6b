import { evenkeel, type Evenkeel } from '@evenkeel/client';

import { house, tokenOf } from './house';

/** The API as one of the sample people asks it through the portal. */
export async function apiOf(person: string): Promise<Evenkeel> {
  return evenkeel({
    baseUrl: `${house.url}/api/evenkeel`,
    token: await tokenOf(person),
  });
}

/** The API itself, as an administrator. */
export function administrator(): Evenkeel {
  return evenkeel({ baseUrl: house.api.url, token: house.api.token });
}
