import { deflateSync, inflateSync } from 'node:zlib';

import { smaller } from './png';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

/** A part of a PNG; nothing here looks at its checksum. */
function part(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}

/** The parts of a PNG by what they are. */
function partsOf(png: Buffer): Map<string, Buffer> {
  const parts = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    parts.set(
      png.toString('latin1', at + 4, at + 8),
      png.subarray(at + 8, at + 8 + length),
    );
    at += length + 12;
  }
  return parts;
}

test('a picture keeps a rare colour that is like no other, and reads every filter', () => {
  // 400 × 5 shades from black to a blue-grey, of which the rows are filtered by each way of the
  // specification of PNG (section 9): none, by the left, by the one above, by both, by Paeth.
  const width = 400;
  const teal = [0x11, 0xee, 0xdd];
  const pixel = (x: number) => (x === 399 ? teal : [x >> 1, x >> 1, x % 256]);
  const row = Array.from({ length: width }, (_, x) => pixel(x)).flat();
  const left = row.map((v, i) => (v - (i < 3 ? 0 : row[i - 3])) & 255);
  const both = row.map(
    (v, i) => (v - ((row[i] + (i < 3 ? 0 : row[i - 3])) >> 1)) & 255,
  );
  const same = row.map(() => 0);
  // The row above is the same: of left, up and corner, Paeth chooses what lies above where the
  // corner is what stands to the left.
  const rows = [
    [0, ...row],
    [1, ...left],
    [2, ...same],
    [3, ...both],
    [4, ...same],
  ];
  const header = Buffer.from('00000190000000050802000000', 'hex');
  const small = partsOf(
    smaller(
      Buffer.concat([
        signature,
        part('IHDR', header),
        part('IDAT', deflateSync(Buffer.from(rows.flat()))),
        part('IEND', Buffer.alloc(0)),
      ]),
    ),
  );
  const palette = small.get('PLTE') ?? Buffer.alloc(0);
  expect(palette.length).toBe(256 * 3);
  const shown = inflateSync(small.get('IDAT') ?? Buffer.alloc(0));
  expect(shown.length).toBe(5 * (width + 1));
  for (let y = 0; y < 5; y++) {
    const at = 3 * shown[y * (width + 1) + width];
    expect([...palette.subarray(at, at + 3)]).toEqual(teal);
    // 400 shades on a line in 256 colours: none is further than a few steps from its own.
    for (const x of [0, 100, 255, 398]) {
      const place = 3 * shown[y * (width + 1) + 1 + x];
      const got = [...palette.subarray(place, place + 3)];
      pixel(x).forEach((v, i) => expect(Math.abs(v - got[i])).toBeLessThan(6));
    }
  }
});
