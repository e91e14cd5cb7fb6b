import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What is looked at of a package.json. */
type Manifest = {
  name: string;
  version: string;
  private?: boolean;
  license?: string;
  main?: string;
  types?: string;
  module?: string;
  configSchema?: string;
  exports?: Record<string, unknown>;
  repository?: { directory?: string };
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
};

/** A package as it is published. */
export type Packed = {
  name: string;
  version: string;
  file: string;
  /** The names of its files, and how many bytes all of them have in the tarball. */
  files: string[];
};

/** The packages that others install, by what they are for. */
const expected = [
  '@evenkeel/client',
  '@evenkeel/plugin-catalog-backend-module-evenkeel',
  '@evenkeel/plugin-evenkeel',
  '@evenkeel/plugin-evenkeel-backend',
  '@evenkeel/plugin-evenkeel-common',
  '@evenkeel/plugin-evenkeel-react',
  '@evenkeel/plugin-scaffolder-backend-module-evenkeel',
];

/** Reads the tarballs of a directory; fails with all that is wrong with them. */
export async function packedIn(directory: string): Promise<Packed[]> {
  const files = (await readdir(directory)).filter(f => f.endsWith('.tgz'));
  const packed = await Promise.all(
    files.sort().map(async name => {
      const file = join(directory, name);
      const list = await run('tar', ['--list', '--file', file]);
      const manifest = JSON.parse(await read(file, 'package.json'));
      const names = list.stdout
        .trim()
        .split('\n')
        .map(line => line.replace(/^package\//, ''));
      return { file, files: names, manifest: manifest as Manifest };
    }),
  );
  assert.deepEqual(packed.map(p => p.manifest.name).sort(), expected);
  const versions = new Map(
    packed.map(p => [p.manifest.name, p.manifest.version]),
  );
  const faults = packed.flatMap(p =>
    faultsOf(p.manifest, p.files, versions).map(
      f => `${p.manifest.name}: ${f}`,
    ),
  );
  assert.deepEqual(faults, []);
  return packed.map(({ file, files: names, manifest }) => ({
    name: manifest.name,
    version: manifest.version,
    file,
    files: names,
  }));
}

/** A file of a tarball. */
export async function read(tarball: string, name: string): Promise<string> {
  const { stdout } = await run(
    'tar',
    ['--extract', '--to-stdout', '--file', tarball, `package/${name}`],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout;
}

function faultsOf(
  manifest: Manifest,
  files: string[],
  versions: Map<string, string>,
): string[] {
  const faults: string[] = [];
  const need = (held: boolean, fault: string) => held || faults.push(fault);
  const there = (name: string) => files.includes(name.replace(/^\.\//, ''));

  need(manifest.private !== true, 'it is private');
  need(manifest.license === 'Apache-2.0', `its licence is ${manifest.license}`);
  need(!!manifest.repository?.directory, 'it does not say where its source is');
  for (const name of ['README.md', 'LICENSE', 'NOTICE']) {
    need(there(name), `it has no ${name}`);
  }
  const named = [
    manifest.main,
    manifest.types,
    manifest.module,
    manifest.configSchema,
    ...namesIn(manifest.exports),
  ];
  for (const name of named.filter(n => n !== undefined)) {
    need(there(name), `it has no ${name}, which it names`);
  }
  need(
    !!manifest.types?.endsWith('dist/index.d.ts'),
    `its types are ${manifest.types}`,
  );
  for (const name of files) {
    need(
      !/(^|\/)(src|e2e|dev|__testUtils__)\/|\.test\.|samples|setupTests|(?<!\.d)\.tsx?$/.test(
        name,
      ),
      `it has ${name}, which is for its makers`,
    );
  }
  const needed = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
  };
  for (const [name, range] of Object.entries(needed)) {
    const version = versions.get(name);
    need(
      version === undefined || range === `^${version}`,
      `it needs ${name} as ${range}, which is ${version}`,
    );
    need(
      !/^(workspace|file|link|portal|patch):/.test(range),
      `it needs ${name} as ${range}, which nobody else has`,
    );
  }
  for (const name of ['react', 'react-dom', 'react-router-dom']) {
    need(
      manifest.dependencies?.[name] === undefined,
      `${name} is a dependency, of which an app has to have one: it is a peer`,
    );
  }
  return faults;
}

function namesIn(exports: unknown): string[] {
  if (typeof exports === 'string') {
    return exports.startsWith('./') ? [exports] : [];
  }
  return Object.values(exports ?? {}).flatMap(namesIn);
}
