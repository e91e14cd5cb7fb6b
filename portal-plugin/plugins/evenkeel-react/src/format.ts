/**
 * Writes a share of 0 to 1 in percent, with as many digits as tell it apart from 100 %: 0.99953
 * is "99.953 %", and nothing below 1 is ever "100 %".
 */
export function percent(share: number, digits = 2): string {
  if (share >= 1 || share <= 0) {
    return `${trim((share * 100).toFixed(digits))} %`;
  }
  for (let d = digits; d <= 7; d += 1) {
    const text = (share * 100).toFixed(d);
    if (Number(text) < 100 && Number(text) > 0) {
      return `${trim(text)} %`;
    }
  }
  return share > 0.5 ? '> 99.9999999 %' : '< 0.0000001 %';
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Writes a number for people: 12,345.6 at most. */
export function number(value: number, digits = 1): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** Writes when something was or will be, seen from now: "3 hours ago", "in 2 days". */
export function ago(at: string | Date, now: Date = new Date()): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1000;
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) {
      return relative.format(Math.trunc(seconds / length), unit);
    }
  }
  return 'just now';
}

/** Writes a moment in the reader's time zone: "28 Nov 2026, 06:15". */
export function moment(at: string | Date): string {
  return new Date(at).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** Writes a day: "28 Nov 2026". */
export function day(at: string | Date): string {
  return new Date(at).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}

/** Writes a length of time with its two largest units: "2 d 4 h", "35 min", "40 s". */
export function duration(seconds: number): string {
  const sign = seconds < 0 ? '−' : '';
  let left = Math.round(Math.abs(seconds));
  if (left < 60) {
    return `${sign}${left} s`;
  }
  const parts: string[] = [];
  for (const [name, length] of [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
  ] as const) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) {
      parts.push(`${count} ${name}`);
    }
    if (parts.length === 2) {
      break;
    }
  }
  return sign + parts.join(' ');
}
