import { ago, duration, number, percent } from './format';

describe('percent', () => {
  // Worked out by hand: parts of a hundred, with as many digits as tell a share from the whole.
  it.each([
    [1, '100 %'],
    [0, '0 %'],
    [0.5, '50 %'],
    [0.999, '99.9 %'],
    [0.9995, '99.95 %'],
    [0.99999, '99.999 %'],
    [0.9999996, '99.99996 %'],
    [0.00001, '0.001 %'],
    [-0.125, '-12.5 %'],
    [1.5, '150 %'],
  ])('writes %p as %p', (share, text) => {
    expect(percent(share)).toBe(text);
  });

  it('never writes less than all as all, nor more than nothing as nothing', () => {
    expect(percent(1 - 1e-12)).toBe('> 99.9999999 %');
    expect(percent(1e-12)).toBe('< 0.0000001 %');
  });
});

describe('duration', () => {
  // 90,061 s = 1 d 1 h 1 min 1 s.
  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [3_660, '1 h 1 min'],
    [90_061, '1 d 1 h'],
    [86_400 + 60, '1 d 1 min'],
    [-7_200, '−2 h'],
  ])('writes %p seconds as %p', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe('ago', () => {
  const now = new Date('2026-05-10T12:00:00Z');

  it.each([
    ['2026-05-10T11:59:30Z', 'just now'],
    ['2026-05-10T11:00:00Z', '1 hour ago'],
    ['2026-05-12T12:00:00Z', 'in 2 days'],
    ['2026-05-09T12:00:00Z', 'yesterday'],
    ['2025-06-01T12:00:00Z', '11 months ago'],
  ])('writes %p as %p', (at, text) => {
    expect(ago(at, now)).toBe(text);
  });
});

describe('number', () => {
  it('groups thousands', () => {
    expect(number(1234567.89)).toBe('1,234,567.9');
  });
});
