/**
 * The organisation of the trial: a shop on the web. What is fed to Evenkeel and what stands in the
 * portal's catalog are both made of it, so that nothing is kept twice.
 */

/** A person of the organisation. */
export type WorldPerson = {
  /** Name in the catalog, and what their subject ends with. */
  name: string;
  displayName: string;
  /** Slug of the one team they are in; absent for who is new. */
  team?: string;
  /** Looks after Evenkeel itself. */
  administrator?: boolean;
};

/** A team, or what teams are gathered under. */
export type WorldTeam = {
  slug: string;
  name: string;
  description: string;
  /** Slug of the team above. */
  parent?: string;
  /** Where the team is asked. */
  contact: string;
};

/** What services are parts of. */
export type WorldSystem = {
  slug: string;
  name: string;
  description: string;
  team: string;
};

/** What a service needs of another. */
export type WorldDependency = {
  on: string;
  criticality: 'hard' | 'soft';
  timeoutMilliseconds?: number;
  retry?: string;
  breaker?: string;
  failureMode?: string;
};

/** A service. */
export type WorldService = {
  slug: string;
  name: string;
  description: string;
  team: string;
  system: string;
  kind: 'http' | 'grpc' | 'pipeline' | 'batch' | 'stateful' | 'llm';
  /** 1, the most critical, to 4. */
  tier: 1 | 2 | 3 | 4;
  lifecycle: 'experimental' | 'production' | 'deprecated';
  /** What the catalog calls it. */
  type: string;
  dependsOn?: WorldDependency[];
  /** Has no runbook, so that a check of the scorecard fails. */
  withoutRunbook?: boolean;
};

/** An entity as the catalog reads it; assignable to Entity of @backstage/catalog-model. */
export type CatalogEntity = {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    title?: string;
    description?: string;
    annotations?: Record<string, string>;
    links?: { url: string; title: string; icon?: string; type?: string }[];
  };
  spec: Record<string, string | string[] | Record<string, string> | undefined>;
};

/** The people; each team that answers the question of toil has at least four. */
export const people: WorldPerson[] = [
  { name: 'ada', displayName: 'Ada Okafor', team: 'payments' },
  { name: 'bruno', displayName: 'Bruno Keller', team: 'payments' },
  { name: 'chloe', displayName: 'Chloe Martin', team: 'payments' },
  { name: 'dev', displayName: 'Dev Patel', team: 'payments' },
  { name: 'esra', displayName: 'Esra Yilmaz', team: 'payments' },
  { name: 'grace', displayName: 'Grace Lindqvist', team: 'search' },
  { name: 'hana', displayName: 'Hana Sato', team: 'search' },
  { name: 'ivan', displayName: 'Ivan Petrov', team: 'search' },
  { name: 'joana', displayName: 'Joana Silva', team: 'search' },
  {
    name: 'sam',
    displayName: 'Sam Whitaker',
    team: 'platform',
    administrator: true,
  },
  { name: 'kim', displayName: 'Kim Minseo', team: 'platform' },
  { name: 'lena', displayName: 'Lena Vogel', team: 'platform' },
  { name: 'mateo', displayName: 'Mateo Rojas', team: 'platform' },
  { name: 'nora', displayName: 'Nora Haddad', team: 'fulfilment' },
  { name: 'omar', displayName: 'Omar Farouk', team: 'fulfilment' },
  { name: 'priya', displayName: 'Priya Raman', team: 'fulfilment' },
  { name: 'tomas', displayName: 'Tomas Novak', team: 'fulfilment' },
  { name: 'yuki', displayName: 'Yuki Tanaka' },
];

/** The teams, each after the one above it. */
export const teams: WorldTeam[] = [
  {
    slug: 'commerce',
    name: 'Commerce',
    description: 'Everything between a basket and a doorbell.',
    contact: '#commerce',
  },
  {
    slug: 'payments',
    name: 'Payments',
    description: 'Takes money, and gives it back.',
    parent: 'commerce',
    contact: '#payments',
  },
  {
    slug: 'search',
    name: 'Search',
    description: 'Helps people find what they came for.',
    parent: 'commerce',
    contact: '#search',
  },
  {
    slug: 'fulfilment',
    name: 'Fulfilment',
    description: 'Gets what was bought out of the door.',
    parent: 'commerce',
    contact: '#fulfilment',
  },
  {
    slug: 'platform',
    name: 'Platform',
    description: 'What all the others run on.',
    parent: 'commerce',
    contact: '#platform',
  },
];

/** The systems. */
export const systems: WorldSystem[] = [
  {
    slug: 'checkout-flow',
    name: 'Checkout flow',
    description: 'From the basket to a paid order.',
    team: 'payments',
  },
  {
    slug: 'discovery',
    name: 'Discovery',
    description: 'The shop window: pages, search and answers.',
    team: 'search',
  },
  {
    slug: 'delivery',
    name: 'Delivery',
    description: 'Orders, stock and parcels.',
    team: 'fulfilment',
  },
  {
    slug: 'foundation',
    name: 'Foundation',
    description: 'Sign-in and events for every other system.',
    team: 'platform',
  },
];

/** The services, each after those that it needs. */
export const services: WorldService[] = [
  {
    slug: 'identity',
    name: 'Identity',
    description: 'Signs customers in and says who they are.',
    team: 'platform',
    system: 'foundation',
    kind: 'grpc',
    tier: 1,
    lifecycle: 'production',
    type: 'service',
  },
  {
    slug: 'event-stream',
    name: 'Event stream',
    description: 'Carries events between services, in order and at least once.',
    team: 'platform',
    system: 'foundation',
    kind: 'stateful',
    tier: 1,
    lifecycle: 'production',
    type: 'service',
  },
  {
    slug: 'ledger',
    name: 'Ledger',
    description: 'The book of record of every movement of money.',
    team: 'payments',
    system: 'checkout-flow',
    kind: 'stateful',
    tier: 1,
    lifecycle: 'production',
    type: 'service',
  },
  {
    slug: 'payment-gateway',
    name: 'Payment gateway',
    description: 'Speaks to banks and card schemes.',
    team: 'payments',
    system: 'checkout-flow',
    kind: 'grpc',
    tier: 1,
    lifecycle: 'production',
    type: 'service',
    dependsOn: [
      {
        on: 'ledger',
        criticality: 'hard',
        timeoutMilliseconds: 400,
        retry: 'twice, with backoff from 50 ms',
        breaker: 'opens at half of 20 calls failed',
        failureMode: 'A payment is refused and can be tried again.',
      },
      {
        on: 'event-stream',
        criticality: 'soft',
        timeoutMilliseconds: 200,
        failureMode: 'Receipts are sent late, from an outbox.',
      },
    ],
  },
  {
    slug: 'stock',
    name: 'Stock',
    description: 'How many of each thing there are, and where.',
    team: 'fulfilment',
    system: 'delivery',
    kind: 'stateful',
    tier: 2,
    lifecycle: 'production',
    type: 'service',
    dependsOn: [
      {
        on: 'event-stream',
        criticality: 'hard',
        timeoutMilliseconds: 500,
        failureMode: 'Counts are as old as the last event.',
      },
    ],
  },
  {
    slug: 'checkout',
    name: 'Checkout',
    description: 'Turns a basket into a paid order.',
    team: 'payments',
    system: 'checkout-flow',
    kind: 'http',
    tier: 1,
    lifecycle: 'production',
    type: 'service',
    dependsOn: [
      {
        on: 'payment-gateway',
        criticality: 'hard',
        timeoutMilliseconds: 2_000,
        retry: 'once, where the bank was not reached',
        breaker: 'opens at half of 20 calls failed',
        failureMode: 'The customer is asked to try again.',
      },
      {
        on: 'identity',
        criticality: 'hard',
        timeoutMilliseconds: 300,
        failureMode: 'Guests can still pay.',
      },
      {
        on: 'stock',
        criticality: 'soft',
        timeoutMilliseconds: 250,
        failureMode: 'What is in stock is taken from a cache of 5 minutes.',
      },
    ],
  },
  {
    slug: 'orders',
    name: 'Orders',
    description: 'Follows each order until it is delivered.',
    team: 'fulfilment',
    system: 'delivery',
    kind: 'grpc',
    tier: 2,
    lifecycle: 'production',
    type: 'service',
    dependsOn: [
      {
        on: 'stock',
        criticality: 'hard',
        timeoutMilliseconds: 400,
        failureMode: 'New orders wait.',
      },
      {
        on: 'event-stream',
        criticality: 'hard',
        timeoutMilliseconds: 500,
        failureMode: 'New orders wait.',
      },
    ],
  },
  {
    slug: 'search-api',
    name: 'Search API',
    description: 'Finds products by words, and narrows them down.',
    team: 'search',
    system: 'discovery',
    kind: 'http',
    tier: 1,
    lifecycle: 'production',
    type: 'service',
    dependsOn: [
      {
        on: 'stock',
        criticality: 'soft',
        timeoutMilliseconds: 150,
        failureMode: 'Results do not say whether a thing is in stock.',
      },
    ],
  },
  {
    slug: 'search-indexer',
    name: 'Search indexer',
    description: 'Brings changed products into the index.',
    team: 'search',
    system: 'discovery',
    kind: 'pipeline',
    tier: 2,
    lifecycle: 'production',
    type: 'data-pipeline',
    dependsOn: [
      {
        on: 'event-stream',
        criticality: 'hard',
        timeoutMilliseconds: 1_000,
        failureMode: 'The index grows old.',
      },
    ],
  },
  {
    slug: 'product-answers',
    name: 'Product answers',
    description: 'Answers questions about a product with a language model.',
    team: 'search',
    system: 'discovery',
    kind: 'llm',
    tier: 3,
    lifecycle: 'experimental',
    type: 'service',
    withoutRunbook: true,
    dependsOn: [
      {
        on: 'search-api',
        criticality: 'hard',
        timeoutMilliseconds: 800,
        failureMode: 'No answer is offered.',
      },
    ],
  },
  {
    slug: 'shipping-labels',
    name: 'Shipping labels',
    description: 'Prints what goes on parcels.',
    team: 'fulfilment',
    system: 'delivery',
    kind: 'http',
    tier: 3,
    lifecycle: 'production',
    type: 'service',
    withoutRunbook: true,
    dependsOn: [
      {
        on: 'orders',
        criticality: 'hard',
        timeoutMilliseconds: 1_000,
        failureMode: 'Parcels wait in the hall.',
      },
    ],
  },
  {
    slug: 'settlement',
    name: 'Settlement',
    description: 'Pays out to merchants every night.',
    team: 'payments',
    system: 'checkout-flow',
    kind: 'batch',
    tier: 2,
    lifecycle: 'production',
    type: 'service',
    dependsOn: [
      {
        on: 'ledger',
        criticality: 'hard',
        timeoutMilliseconds: 5_000,
        failureMode: 'The night is run again.',
      },
    ],
  },
];

/** The reference of a person's entity, which is also the subject of their identity. */
export function personRef(name: string): string {
  return `user:default/${name}`;
}

/** Where things of a service are that are kept elsewhere; nothing answers there. */
export function placesOf(service: WorldService): {
  repository: string;
  docs: string;
  dashboard: string;
  runbook: string;
  onCall: string;
} {
  return {
    repository: `https://github.com/example-shop/${service.slug}`,
    docs: `https://docs.shop.example/${service.slug}`,
    dashboard: `https://dashboards.shop.example/d/${service.slug}`,
    runbook: service.withoutRunbook
      ? ''
      : `https://docs.shop.example/${service.slug}/runbook`,
    onCall: `https://oncall.shop.example/teams/${service.team}`,
  };
}

/** The organisation as entities of the catalog: groups, users, systems and components. */
export function catalogEntities(): CatalogEntity[] {
  return [
    ...teams.map(groupEntity),
    ...people.map(userEntity),
    ...systems.map(systemEntity),
    ...services.map(componentEntity),
  ];
}

function groupEntity(team: WorldTeam): CatalogEntity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: {
      name: team.slug,
      title: team.name,
      description: team.description,
    },
    spec: {
      type: teams.some(other => other.parent === team.slug)
        ? 'department'
        : 'team',
      profile: { displayName: team.name },
      ...(team.parent ? { parent: team.parent } : {}),
      children: teams
        .filter(other => other.parent === team.slug)
        .map(child => child.slug),
    },
  };
}

function userEntity(person: WorldPerson): CatalogEntity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name: person.name },
    spec: {
      profile: {
        displayName: person.displayName,
        email: emailOf(person.name),
      },
      memberOf: person.team === undefined ? [] : [person.team],
    },
  };
}

/** A person's address; the domain is one that never receives anything. */
export function emailOf(name: string): string {
  return `${name}@shop.example`;
}

function systemEntity(system: WorldSystem): CatalogEntity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'System',
    metadata: {
      name: system.slug,
      title: system.name,
      description: system.description,
    },
    spec: { owner: `group:default/${system.team}` },
  };
}

function componentEntity(service: WorldService): CatalogEntity {
  const places = placesOf(service);
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name: service.slug,
      title: service.name,
      description: service.description,
      annotations: {
        'evenkeel.dev/service': service.slug,
        'evenkeel.dev/tier': String(service.tier),
        'evenkeel.dev/kind': service.kind,
        'github.com/project-slug': `example-shop/${service.slug}`,
      },
      links: [
        { url: places.docs, title: 'Documentation', type: 'docs' },
        { url: places.dashboard, title: 'Dashboard', type: 'dashboard' },
        ...(places.runbook
          ? [{ url: places.runbook, title: 'Runbook', type: 'runbook' }]
          : []),
        { url: places.onCall, title: 'On call', type: 'on-call' },
      ],
    },
    spec: {
      type: service.type,
      lifecycle: service.lifecycle,
      owner: `group:default/${service.team}`,
      system: service.system,
      ...(service.dependsOn
        ? { dependsOn: service.dependsOn.map(d => `component:default/${d.on}`) }
        : {}),
    },
  };
}
