import { nextOf } from './StatusDialog';

it('goes on to what comes later, and back only from what is over', () => {
  // As docs/how-to/run-an-incident.md has the statuses.
  expect(nextOf('mitigated')).toEqual(['resolved', 'closed']);
  expect(nextOf('resolved')).toEqual(['closed', 'investigating']);
  expect(nextOf('closed')).toEqual(['investigating']);
});
