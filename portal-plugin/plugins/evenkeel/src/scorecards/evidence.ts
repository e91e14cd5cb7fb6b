import { moment, number } from '@evenkeel/plugin-evenkeel-react';
import type { Schemas } from '@evenkeel/client';

/** What is known of a fact, by its type: at most one is there. */
type Known = Pick<
  Schemas['CheckEvidence'],
  'number' | 'numbers' | 'text' | 'texts' | 'truth' | 'type'
> & { time?: string };

/** The words in which values are written. */
export type ValueWords = {
  yes: string;
  no: string;
  days: (days: string) => string;
};

/** Writes the value of a fact; undefined where it is not known. */
export function valueText(known: Known, words: ValueWords): string | undefined {
  if (known.truth !== undefined) {
    return known.truth ? words.yes : words.no;
  }
  if (known.number !== undefined) {
    const text = number(known.number, 3);
    return known.type === 'age' ? words.days(text) : text;
  }
  if (known.text !== undefined) {
    return known.text;
  }
  if (known.time !== undefined) {
    return moment(known.time);
  }
  if (known.numbers) {
    return pairs(known.numbers, of => number(of, 3));
  }
  return known.texts && pairs(known.texts, of => of);
}

function pairs<T>(of: Record<string, T>, write: (value: T) => string): string {
  return Object.entries(of)
    .map(([name, value]) => `${name} ${write(value)}`)
    .join(', ');
}
