import {
  ifMatch,
  items,
  value,
  versioned,
  type Evenkeel,
} from '@evenkeel/client';

import { objectives } from './objectives';
import { sideBySide } from './pace';
import {
  emailOf,
  people,
  personRef,
  placesOf,
  services,
  systems,
  teams,
  type WorldService,
  type WorldTeam,
} from './world';

/** How many requests are sent side by side. */
export const AT_ONCE = 8;

/** Enters the people with their identities in the portal; gives identifiers by name. */
export async function enterPeople(
  api: Evenkeel,
  portal: string,
): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  for await (const person of items(api, '/v1/people', {
    query: { limit: 200 },
  })) {
    known.set(person.email, person.id);
  }
  const ids = await sideBySide(people, AT_ONCE, async person => {
    const email = emailOf(person.name);
    const id = known.get(email);
    if (id !== undefined) {
      return id;
    }
    const made = await value(
      api.POST('/v1/people', {
        body: {
          displayName: person.displayName,
          email,
          provider: 'backstage',
          issuer: portal,
          subject: personRef(person.name),
          administrator: person.administrator ?? false,
        },
      }),
    );
    return made.id;
  });
  return new Map(people.map((person, at) => [person.name, ids[at]]));
}

/** Makes the teams, and puts the people into them. */
export async function enterTeams(
  api: Evenkeel,
  ids: Map<string, string>,
): Promise<void> {
  const known = new Set<string>();
  for await (const team of items(api, '/v1/teams', { query: { limit: 200 } })) {
    known.add(team.slug);
  }
  for (const team of teams) {
    // One after the other: a team comes after the one above it.
    if (!known.has(team.slug)) {
      await api.POST('/v1/teams', { body: team });
    } else {
      await adoptTeam(api, team);
    }
  }
  await sideBySide(people, AT_ONCE, async ({ name, team }) => {
    const person = ids.get(name);
    if (person !== undefined && team !== undefined) {
      await api.PUT('/v1/teams/{team}/members/{person}', {
        params: { path: { team, person } },
      });
    }
  });
}

/** Hangs a team that was there before, such as the platform's, where it belongs. */
async function adoptTeam(api: Evenkeel, team: WorldTeam) {
  const path = { team: team.slug };
  const found = await versioned(
    api.GET('/v1/teams/{team}', { params: { path } }),
  );
  if (
    found.value.description === team.description &&
    found.value.contact === team.contact
  ) {
    return;
  }
  await api.PUT('/v1/teams/{team}', {
    params: { path, header: ifMatch(found.etag) },
    body: team,
  });
}

/** Makes the systems, the services with what they need, and their SLOs. */
export async function enterServices(api: Evenkeel): Promise<void> {
  const knownSystems = new Set<string>();
  for await (const system of items(api, '/v1/systems', {
    query: { limit: 200 },
  })) {
    knownSystems.add(system.slug);
  }
  await sideBySide(
    systems.filter(system => !knownSystems.has(system.slug)),
    AT_ONCE,
    system => api.POST('/v1/systems', { body: system }),
  );
  const known = await knownServices(api);
  await sideBySide(
    services.filter(service => !known.has(service.slug)),
    AT_ONCE,
    service => api.POST('/v1/services', { body: bodyOf(service) }),
  );
  await sideBySide(services, AT_ONCE, service => enterNeeds(api, service));
  await sideBySide(objectives, AT_ONCE, async objective => {
    const { service, slug, goodEvent, name, rationale } = objective;
    const path = { service };
    const declared = await value(
      api.GET('/v1/services/{service}/slos', {
        params: { path, query: { includeRetired: true } },
      }),
    );
    if ((declared.items ?? []).some(slo => slo.slug === slug)) {
      return;
    }
    await api.POST('/v1/services/{service}/slos', {
      params: { path },
      body: {
        slug,
        name,
        objective: objective.objective,
        rationale,
        enforcement: 'policy',
        minEvents: 1,
        indicator: {
          category: objective.category,
          counting: 'good_total',
          description: goodEvent,
          resolutionSeconds: 300,
        },
      },
    });
  });
}

/** The slugs of the services that there are. */
export async function knownServices(api: Evenkeel): Promise<Set<string>> {
  const known = new Set<string>();
  for await (const service of items(api, '/v1/services', {
    query: { limit: 200, includeRetired: true },
  })) {
    known.add(service.slug);
  }
  return known;
}

function bodyOf(service: WorldService) {
  const { slug, name, description, team, system, kind, tier, lifecycle } =
    service;
  const contact = teams.find(t => t.slug === team)?.contact ?? '';
  return {
    ...{ slug, name, description, team, system, kind, tier, lifecycle },
    ...placesOf(service),
    contact,
  };
}

async function enterNeeds(api: Evenkeel, { slug, dependsOn }: WorldService) {
  if (dependsOn === undefined) {
    return;
  }
  const path = { service: slug };
  const known = await value(
    api.GET('/v1/services/{service}/dependencies', { params: { path } }),
  );
  const on = new Set((known.items ?? []).map(d => d.on.slug));
  for (const dependency of dependsOn) {
    if (!on.has(dependency.on)) {
      await api.POST('/v1/services/{service}/dependencies', {
        params: { path },
        body: dependency,
      });
    }
  }
}
