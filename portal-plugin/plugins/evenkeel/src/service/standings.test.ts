import { beyond } from './standings';

// As `sort` has them: in the locale C "ab-z" is before "abc", in en_US.UTF-8 it is after it.
it.each([
  ['abc', 'ab-z', false],
  ['ab-z', 'abc', false],
  ['ab-z', 'ab-z', false],
  ['ab-z', 'ab', true],
  ['b', 'ab-z', true],
  ['a', 'b', false],
])('says whether %s is beyond %s in either order', (slug, other, is) => {
  expect(beyond(slug, other)).toBe(is);
});
