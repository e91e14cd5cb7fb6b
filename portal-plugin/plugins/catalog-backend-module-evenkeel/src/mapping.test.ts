import type { Entity } from '@backstage/catalog-model';

import { groupsOf, toldOf } from './mapping';

const around = { portal: 'https://portal.example', members: new Map() };

function entity(
  kind: string,
  metadata: Partial<Entity['metadata']>,
  spec: Entity['spec'] = {},
  relations: [string, string][] = [],
): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name: 'one', uid: 'u-1', namespace: 'default', ...metadata },
    spec,
    relations: relations.map(([type, targetRef]) => ({ type, targetRef })),
  };
}

describe('a user', () => {
  it('is told with name, address and login', () => {
    const user = entity(
      'User',
      { name: 'Ada', annotations: { 'github.com/user-login': 'ada-l' } },
      { profile: { displayName: 'Ada Okafor', email: 'ada@shop.example' } },
    );
    expect(toldOf(user, around)).toEqual({
      kind: 'user',
      ref: 'user:default/ada',
      uid: 'u-1',
      displayName: 'Ada Okafor',
      email: 'ada@shop.example',
      githubLogin: 'ada-l',
    });
  });

  it('says which groups they are in, as worked out or else as written', () => {
    const written = entity('User', {}, { memberOf: ['payments', 'eu/search'] });
    expect(groupsOf(written)).toEqual([
      'group:default/payments',
      'group:eu/search',
    ]);
    const related = entity('User', {}, { memberOf: ['payments'] }, [
      ['memberOf', 'group:default/platform'],
      ['ownerOf', 'component:default/checkout'],
    ]);
    expect(groupsOf(related)).toEqual(['group:default/platform']);
  });
});

describe('a group', () => {
  it('has the members that it names and those who name it, each once', () => {
    const group = entity(
      'Group',
      { name: 'payments', description: 'Takes money' },
      { profile: { displayName: 'Payments', email: 'pay@shop.example' } },
      [
        ['childOf', 'group:default/commerce'],
        ['hasMember', 'user:default/ada'],
        ['hasMember', 'user:default/bruno'],
        ['parentOf', 'group:default/refunds'],
      ],
    );
    const members = new Map([
      ['group:default/payments', ['user:default/chloe', 'user:default/ada']],
    ]);
    expect(toldOf(group, { ...around, members })).toEqual({
      kind: 'group',
      ref: 'group:default/payments',
      uid: 'u-1',
      displayName: 'Payments',
      description: 'Takes money',
      parent: 'group:default/commerce',
      members: ['user:default/ada', 'user:default/bruno', 'user:default/chloe'],
      contact: 'pay@shop.example',
    });
  });

  it('is told without members where it has none, so that they leave', () => {
    expect(toldOf(entity('Group', {}), around)).toMatchObject({ members: [] });
  });
});

describe('a component', () => {
  const owned: [string, string][] = [
    ['ownedBy', 'group:default/payments'],
    ['partOf', 'system:default/checkout-flow'],
    ['partOf', 'component:default/larger'],
    ['dependsOn', 'resource:default/database'],
    ['dependsOn', 'component:default/ledger'],
  ];

  it('is told with all that it says', () => {
    const component = entity(
      'Component',
      {
        name: 'checkout',
        title: 'Checkout',
        annotations: {
          'evenkeel.dev/service': 'till',
          'evenkeel.dev/tier': '1',
          'evenkeel.dev/kind': 'http',
          'backstage.io/managed-by-location': 'url:https://x.example/a.yaml',
          'backstage.io/managed-by-origin-location': 'url:https://x.example/',
          'backstage.io/techdocs-ref': 'dir:.',
          'github.com/project-slug': 'shop/checkout',
          'pagerduty.com/service-id': 'P123',
        },
        links: [
          { url: 'https://d.example/1', title: 'Checkout dashboard' },
          {
            url: 'https://r.example/1',
            title: 'When it burns',
            type: 'runbook',
          },
        ],
      },
      { type: 'service', lifecycle: 'production', owner: 'ignored' },
      owned,
    );
    expect(toldOf(component, around)).toEqual({
      kind: 'component',
      ref: 'component:default/checkout',
      uid: 'u-1',
      title: 'Checkout',
      owner: 'group:default/payments',
      system: 'system:default/checkout-flow',
      type: 'service',
      lifecycle: 'production',
      repository: 'https://github.com/shop/checkout',
      docs: 'https://portal.example/docs/default/component/checkout',
      dashboard: 'https://d.example/1',
      runbook: 'https://r.example/1',
      onCall: 'PagerDuty service P123',
      slug: 'till',
      tier: 1,
      serviceKind: 'http',
      origin: 'url:https://x.example/a.yaml',
      dependsOn: ['component:default/ledger'],
    });
  });

  it('says nothing of what it does not say', () => {
    const told = toldOf(entity('Component', {}), around);
    expect(told).toEqual({
      kind: 'component',
      ref: 'component:default/one',
      uid: 'u-1',
      dependsOn: [],
    });
  });

  it('has no owner here where a user owns it', () => {
    const own = entity('Component', {}, {}, [['ownedBy', 'user:default/ada']]);
    expect(toldOf(own, around)).not.toHaveProperty('owner');
  });

  it.each(['0', '5', 'one', '1.5', ''])('with the tier %j has none', tier => {
    const annotations = { 'evenkeel.dev/tier': tier };
    expect(
      toldOf(entity('Component', { annotations }), around),
    ).not.toHaveProperty('tier');
  });

  it.each([
    ['url:https://github.com/shop/a/tree/main/', 'https://github.com/shop/a'],
    [
      'url:https://github.com/shop/a/blob/main/x/catalog-info.yaml',
      'https://github.com/shop/a',
    ],
    [
      'url:https://gitlab.example/g/s/a/-/tree/main/',
      'https://gitlab.example/g/s/a',
    ],
    ['url:https://git.example/shop/a.git', 'https://git.example/shop/a'],
    ['file:/srv/catalog-info.yaml', undefined],
    ['url:nonsense', undefined],
  ])('whose source is at %s has the repository %s', (source, repository) => {
    const annotations = { 'backstage.io/source-location': source };
    const told = toldOf(entity('Component', { annotations }), around);
    expect(told && 'repository' in told ? told.repository : undefined).toBe(
      repository,
    );
  });

  it('never tells a key that pages, nor an address that is none', () => {
    const told = toldOf(
      entity('Component', {
        annotations: { 'pagerduty.com/integration-key': 'secret-key' },
        links: [{ url: 'data:text/html,x', title: 'Runbook' }],
      }),
      around,
    );
    expect(JSON.stringify(told)).not.toMatch(/secret-key|data:/);
  });
});

it('leaves out kinds that Evenkeel does not know', () => {
  expect(toldOf(entity('API', {}), around)).toBeUndefined();
});
