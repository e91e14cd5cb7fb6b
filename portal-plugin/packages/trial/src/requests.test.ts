import { chainOf, medianOf, twiceIn } from './requests';

// Drawn by hand: me and teams at once, what follows from them, and one beside all.
//   me    |--|
//   teams |---|
//   slos      .|---|     after both
//   facts             |-| after the SLOs
//   page  |------------------|
const asked = [
  { what: 'me', began: 0, ended: 20 },
  { what: 'teams', began: 0, ended: 30 },
  { what: 'page', began: 1, ended: 200 },
  { what: 'slos', began: 35, ended: 70 },
  { what: 'facts', began: 75, ended: 90 },
];

test('the longest row is what was asked one after the other', () => {
  const chain = chainOf(asked);
  expect(chain).toHaveLength(3);
  expect(chain.slice(1)).toEqual(['slos', 'facts']);
  expect(chainOf([])).toEqual([]);
});

test('what was asked more than once is named once', () => {
  expect(twiceIn(asked)).toEqual([]);
  expect(twiceIn([...asked, asked[0], asked[0], asked[3]])).toEqual([
    'me',
    'slos',
  ]);
});

test('the median is in the middle', () => {
  expect(medianOf([9, 1, 5])).toBe(5);
  expect(medianOf([4, 1, 2, 9])).toBe(3);
});
