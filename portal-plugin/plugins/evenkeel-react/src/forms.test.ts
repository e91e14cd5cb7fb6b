import { ProblemError, type Problem } from '@evenkeel/client';

import { refusalOf } from './forms';

const problem: Problem = {
  type: 'about:blank',
  title: 'Unprocessable',
  status: 422,
  code: 'invalid',
  detail: 'the request breaks rules',
  requestId: 'r1',
  errors: [
    { pointer: '/objective', message: 'must be below 100', value: '100' },
    { pointer: '/alerts/0/factor', message: 'must be above 1' },
    { pointer: '/slug', message: 'must be a label' },
  ],
};

it('puts each fault at its field, and those of no field beside', () => {
  const refusal = refusalOf(new ProblemError(problem), [
    '/objective',
    '/alerts',
  ]);
  expect(refusal.at('/objective')).toBe('must be below 100');
  expect(refusal.at('/alerts')).toBe('must be above 1');
  expect(refusal.at('/name')).toBeUndefined();
  expect(refusal.rest).toEqual(['/slug: must be a label']);
});

it('puts a fault at the nearest field alone', () => {
  const refusal = refusalOf(new ProblemError(problem), [
    '/alerts',
    '/alerts/0/factor',
  ]);
  expect(refusal.at('/alerts/0/factor')).toBe('must be above 1');
  expect(refusal.at('/alerts')).toBeUndefined();
});

it('says what is wrong with all of it without a pointer', () => {
  const whole = [{ pointer: '', message: 'the SLO is managed elsewhere' }];
  expect(
    refusalOf(new ProblemError({ ...problem, errors: whole }), ['/name']).rest,
  ).toEqual(['the SLO is managed elsewhere']);
});

it('does not take a field for another whose name begins alike', () => {
  expect(
    refusalOf(new ProblemError(problem), ['/alert']).at('/alert'),
  ).toBeUndefined();
});

it('says what is wrong altogether where no field is at fault', () => {
  expect(
    refusalOf(new ProblemError({ ...problem, errors: undefined }), []).rest,
  ).toEqual(['the request breaks rules (request r1)']);
  expect(refusalOf(new Error('no network'), []).rest).toEqual(['no network']);
});

it('says nothing where nothing was refused', () => {
  expect(refusalOf(null, ['/name'])).toMatchObject({ rest: [] });
});
