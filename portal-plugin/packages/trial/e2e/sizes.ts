/* eslint-disable no-console -- it is a program of the command line. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { decode } from '@jridgewell/sourcemap-codec';

// The portal whose app was built: this one, which scripts/portalenv runs everything in, or a second.
const root = process.argv[2] ?? process.cwd();
const built = join(root, 'packages/app/dist/static');

type Manifest = { dependencies?: Record<string, string> };

/** The packages that a package needs, with what those need, as they are installed. */
function neededBy(directory: string, without: RegExp): Set<string> {
  const found = new Set<string>();
  const look = (at: string) => {
    const { dependencies = {} }: Manifest = JSON.parse(
      readFileSync(join(at, 'package.json'), 'utf8'),
    );
    for (const name of Object.keys(dependencies)) {
      if (!found.has(name) && !without.test(name)) {
        found.add(name);
        const where = installed(name, at);
        if (where !== undefined) {
          look(where);
        }
      }
    }
  };
  look(directory);
  return found;
}

function installed(name: string, from: string): string | undefined {
  for (let at = from; at.startsWith(root); at = dirname(at)) {
    const where = join(at, 'node_modules', name);
    if (existsSync(join(where, 'package.json'))) {
      return where;
    }
  }
  return undefined; // a package of types alone, or of another platform
}

const ours = /^@evenkeel\//;
const app = join(root, 'packages/app');
const others = neededBy(app, ours);
const alone = new Set(
  [...neededBy(app, /^$/)].filter(name => !others.has(name)),
);

/** Whether a source would not be in the app without Evenkeel: its own, or a library for it alone. */
function isOurs(source: string): boolean {
  if (/\/(?:plugins\/evenkeel|packages\/client\/)/.test(source)) {
    return true;
  }
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
  return name !== undefined && alone.has(name);
}

/** The parts of a file that came from sources of Evenkeel. */
function partOf(code: string, map: { sources: string[]; mappings: string }) {
  const mine = map.sources.map(source => isOurs(source));
  const parts: string[] = [];
  const lines = code.split('\n');
  decode(map.mappings).forEach((segments, line) => {
    segments.forEach((segment, at) => {
      if (segment.length > 1 && mine[segment[1] ?? -1]) {
        parts.push(lines[line].slice(segment[0], segments[at + 1]?.[0]));
      }
    });
  });
  return parts.join('');
}

function kilobytes(bytes: number) {
  return `${(bytes / 1000).toFixed(0).padStart(6)} kB`;
}

const totals = { raw: 0, gzip: 0, ourRaw: 0, ourGzip: 0, styles: 0 };
for (const name of readdirSync(built).sort()) {
  const path = join(built, name);
  if (name.endsWith('.css')) {
    totals.styles += readFileSync(path).length;
  }
  if (!name.endsWith('.js')) {
    continue;
  }
  const code = readFileSync(path, 'utf8');
  const part = existsSync(`${path}.map`)
    ? partOf(code, JSON.parse(readFileSync(`${path}.map`, 'utf8')))
    : '';
  totals.raw += Buffer.byteLength(code);
  totals.gzip += gzipSync(code).length;
  totals.ourRaw += Buffer.byteLength(part);
  totals.ourGzip += part ? gzipSync(part).length : 0;
}
console.log(`scripts of the app   ${kilobytes(totals.raw)}, ${kilobytes(
  totals.gzip,
)} as gzip
of it Evenkeel's     ${kilobytes(totals.ourRaw)}, ${kilobytes(
  totals.ourGzip,
)} as gzip, with libraries that nothing else needs
styles of the app    ${kilobytes(totals.styles)}
`);
if (totals.ourRaw === 0) {
  throw new Error('the app has nothing of Evenkeel, or no source maps');
}
