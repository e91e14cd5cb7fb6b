import { standing } from './findings';

const looked = 'Zoë was careless. It was tiny.';
// In UTF-8 “Zoë ” has 5 bytes, as ë has two: “careless” is the bytes 9 to 16 of it.
const careless = { from: 9, to: 17 };

const words = (now: string) =>
  standing([careless], looked, now).map(f => now.slice(f.from, f.to));

it('counts letters where the API counts bytes', () => {
  expect(standing([careless], looked, looked)).toEqual([
    { finding: careless, from: 8, to: 16 },
  ]);
});

it('counts what stands above U+FFFF as two, as JavaScript does', () => {
  // 🔥 has 4 bytes in UTF-8, and is two of JavaScript's.
  const text = '🔥 blame';
  const [found] = standing([{ from: 5, to: 10 }], text, text);
  expect(text.slice(found.from, found.to)).toBe('blame');
});

it('moves with what is typed before it, and stays with what is typed after it', () => {
  expect(words(`Then ${looked}`)).toEqual(['careless']);
  expect(words(`${looked} We know.`)).toEqual(['careless']);
  expect(words('')).toEqual([]);
});

it('is gone once it is typed at', () => {
  expect(words('Zoë was careful. It was tiny.')).toEqual([]);
  expect(words('Zoë had no list. It was tiny.')).toEqual([]);
});
