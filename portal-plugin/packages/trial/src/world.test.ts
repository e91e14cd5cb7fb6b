import { objectives } from './objectives';
import { weekOf } from './toil';
import { catalogEntities, people, services, systems, teams } from './world';

it('names only what there is', () => {
  const team = teams.map(t => t.slug);
  const service = services.map(s => s.slug);
  expect(team).toEqual(
    expect.arrayContaining([
      ...people.flatMap(p => p.team ?? []),
      ...systems.map(s => s.team),
      ...services.map(s => s.team),
    ]),
  );
  expect(systems.map(s => s.slug)).toEqual(
    expect.arrayContaining(services.map(s => s.system)),
  );
  expect(service).toEqual(
    expect.arrayContaining([
      ...services.flatMap(s => (s.dependsOn ?? []).map(d => d.on)),
      ...objectives.map(o => o.service),
    ]),
  );
});

it('has at least four people in each team that has any', () => {
  for (const { slug } of teams.filter(t => t.parent)) {
    expect(people.filter(p => p.team === slug).length).toBeGreaterThan(3);
  }
});

it('gives the catalog an entity of each', () => {
  const entities = catalogEntities();
  expect(entities).toHaveLength(5 + 18 + 4 + 12);
  expect(
    entities.find(e => e.kind === 'User' && e.metadata.name === 'ada')?.spec,
  ).toEqual({
    profile: { displayName: 'Ada Okafor', email: 'ada@shop.example' },
    memberOf: ['payments'],
  });
  expect(
    entities.find(
      e => e.kind === 'Component' && e.metadata.name === 'settlement',
    )?.spec,
  ).toEqual({
    type: 'service',
    lifecycle: 'production',
    owner: 'group:default/payments',
    system: 'checkout-flow',
    dependsOn: ['component:default/ledger'],
  });
});

// The examples of ISO 8601 at the turn of years, as Wikipedia's article on week dates has them.
it.each([
  ['2005-01-01', '2004-W53'],
  ['2007-12-31', '2008-W01'],
  ['2008-12-29', '2009-W01'],
  ['2010-01-03', '2009-W53'],
])('%s lies in the week %s', (day, week) => {
  expect(weekOf(Date.parse(`${day}T12:00:00Z`))).toBe(week);
});
