import { differences } from './Theirs';
import { draftOf } from './draft';
import { slo } from './samples';

describe('what somebody else changed of an SLO', () => {
  const before = draftOf(slo);

  it('is each value that differs, also of a part, and what was added or taken away', () => {
    const after = {
      ...before,
      objective: '99.5%',
      rationale: '',
      indicator: { ...before.indicator, groupBy: 'region' },
    };
    expect(differences({ ...before, rationale: 'They call.' }, after)).toEqual([
      { pointer: '/objective', before: before.objective, after: '99.5%' },
      { pointer: '/rationale', before: 'They call.', after: '' },
      { pointer: '/indicator/groupBy', before: '', after: 'region' },
    ]);
  });

  it('is nothing where nothing differs', () => {
    expect(differences(before, { ...before })).toEqual([]);
  });
});
