import assert from 'node:assert/strict';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLOURS = 256;
// So many of them are the commonest ones.
const COMMON = 96;

/** A picture: its colours row by row, as 0xrrggbb. */
type Picture = { width: number; height: number; colours: Uint32Array };

/**
 * A picture of a page with at most 256 colours, which is a third of the size: pages have few, and
 * many shades of them at the edges of letters, of which nobody misses the rare ones.
 */
export function smaller(png: Buffer): Buffer {
  const { width, height, colours } = decoded(png);
  const counts = new Map<number, number>();
  for (const colour of colours) {
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = paletteOf(counts);
  const places = new Map(
    [...counts.keys()].map(colour => [colour, nearest(colour, palette)]),
  );
  const rows = Buffer.alloc((width + 1) * height); // a 0 before each row: not filtered
  colours.forEach((colour, at) => {
    const row = Math.floor(at / width);
    rows[row * (width + 1) + 1 + (at % width)] = places.get(colour) ?? 0;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, by a palette
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk(
      'PLTE',
      Buffer.from(palette.flatMap(c => [c >> 16, (c >> 8) & 255, c & 255])),
    ),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * The commonest colours, and of the others those that are least like any of them: a small dot may be
 * the only one of its colour.
 */
function paletteOf(counts: Map<number, number>): number[] {
  const common = [...counts].sort((a, b) => b[1] - a[1]).map(([c]) => c);
  const palette = common.slice(0, COMMON);
  const others = common.slice(COMMON).map(colour => ({
    colour,
    least: distance(colour, palette[nearest(colour, palette)]),
  }));
  while (palette.length < COLOURS && others.length > 0) {
    const next = others.reduce((far, one) =>
      one.least > far.least ? one : far,
    );
    if (next.least === 0) {
      break; // they are all there
    }
    palette.push(next.colour);
    for (const other of others) {
      other.least = Math.min(other.least, distance(other.colour, next.colour));
    }
  }
  return palette;
}

function nearest(colour: number, palette: number[]): number {
  let best = 0;
  palette.forEach((other, at) => {
    if (distance(colour, other) < distance(colour, palette[best])) {
      best = at;
    }
  });
  return best;
}

function distance(one: number, other: number): number {
  return (
    ((one >> 16) - (other >> 16)) ** 2 +
    (((one >> 8) & 255) - ((other >> 8) & 255)) ** 2 +
    ((one & 255) - (other & 255)) ** 2
  );
}

/** Reads what Chromium writes: 8 bits of red, green, blue, and perhaps of what shines through. */
function decoded(png: Buffer): Picture {
  assert.ok(png.subarray(0, 8).equals(SIGNATURE), 'it is no PNG');
  const parts: Buffer[] = [];
  let header = Buffer.alloc(0);
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      header = Buffer.from(data);
    } else if (type === 'IDAT') {
      parts.push(data);
    }
    at += length + 12;
  }
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const [depth, kind, , , interlaced] = header.subarray(8);
  assert.ok(
    depth === 8 && (kind === 2 || kind === 6) && interlaced === 0,
    'it is another kind of PNG than Chromium writes',
  );
  const each = kind === 6 ? 4 : 3;
  const raw = unfiltered(inflateSync(Buffer.concat(parts)), width * each, each);
  const colours = new Uint32Array(width * height);
  for (let at = 0; at < colours.length; at++) {
    const [r, g, b] = raw.subarray(at * each, at * each + 3);
    colours[at] = (r << 16) | (g << 8) | b;
  }
  return { width, height, colours };
}

/** Undoes the filters of PNG (its specification, section 9): each byte is told by its neighbours. */
function unfiltered(data: Buffer, stride: number, each: number): Buffer {
  const height = data.length / (stride + 1);
  const out = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = data[row * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = row * stride + x;
      const left = x < each ? 0 : out[at - each];
      const up = row === 0 ? 0 : out[at - stride];
      const corner = x < each || row === 0 ? 0 : out[at - stride - each];
      const told = [0, left, up, (left + up) >> 1, paeth(left, up, corner)];
      out[at] = data[row * (stride + 1) + 1 + x] + told[filter];
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map(n => Math.abs(guess - n));
  if (a <= b && a <= c) {
    return left;
  }
  return b <= c ? up : corner;
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(named.length + 8);
  out.writeUInt32BE(data.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc32(named), named.length + 4);
  return out;
}
