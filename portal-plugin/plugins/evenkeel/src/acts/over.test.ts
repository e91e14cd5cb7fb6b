import { over } from './over';

it('keeps what was typed over what somebody else changed', () => {
  const was = { title: 'Slow', severity: 'sev3', tags: ['a'] };
  const mine = { title: 'Very slow', severity: 'sev3', tags: ['a'] };
  const theirs = { title: 'Slow', severity: 'sev1', tags: ['a', 'b'] };
  expect(over(mine, was, theirs)).toEqual({
    title: 'Very slow',
    severity: 'sev1',
    tags: ['a', 'b'],
  });
});

it('keeps what was typed where both changed the same', () => {
  expect(
    over({ title: 'Mine' }, { title: 'Was' }, { title: 'Theirs' }),
  ).toEqual({ title: 'Mine' });
});

it('takes away what they took away, and keeps what was taken away here', () => {
  type Times = { mitigatedAt?: string; impactEnd?: string };
  const was: Times = { mitigatedAt: '10:00', impactEnd: '11:00' };
  const mine: Times = { mitigatedAt: undefined, impactEnd: '11:00' };
  const theirs: Times = { mitigatedAt: '10:00' };
  expect(over(mine, was, theirs)).toEqual({
    mitigatedAt: undefined,
    impactEnd: undefined,
  });
});
