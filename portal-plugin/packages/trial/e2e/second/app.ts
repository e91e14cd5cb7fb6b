import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

import { addedTo, blocksOf, withGuide, type Block } from './guide';
import type { Packed } from './packages';

const run = promisify(execFile);

// scripts/portalenv runs everything in portal-plugin.
const root = process.cwd();
const SCAFFOLDER = '@evenkeel/plugin-scaffolder-backend-module-evenkeel';

// Of what the guide says otherwise than for this machine and this minute.
const here = `evenkeel:
  baseUrl: \${PORTAL_EVENKEEL}
  catalog:
    schedule: { frequency: { minutes: 0, seconds: 5 }, initialDelay: { seconds: 2 } }
  search:
    schedule: { frequency: { minutes: 0, seconds: 10 } }
`;

/**
 * Lays out the second app in an empty directory, as the guide says, and installs what it needs from
 * the registry and from the tarballs.
 */
export async function layOut(
  directory: string,
  packed: Packed[],
): Promise<void> {
  const guide = join(root, '../docs/how-to/install-the-portal-plugin.md');
  const blocks = blocksOf(await readFile(guide, 'utf8')).map(withoutScaffolder);
  await cp(join(root, 'second-app'), directory, { recursive: true });
  await mkdir(join(directory, 'vendor'));
  for (const { file } of packed) {
    await cp(file, join(directory, 'vendor', basename(file)));
  }
  const versions = new Map(packed.map(p => [p.name, `^${p.version}`]));
  for (const part of ['packages/app', 'packages/backend']) {
    const names = addedTo(part, blocks);
    await changed(join(directory, part, 'package.json'), manifest => {
      for (const name of names) {
        const version = versions.get(name);
        if (version === undefined) {
          throw new Error(`the guide adds ${name}, which is not among ours`);
        }
        manifest.dependencies[name] = version;
      }
    });
  }
  await changed(join(directory, 'package.json'), async manifest => {
    // The company's release of Backstage is the one that the workspace has.
    const own = JSON.parse(
      await readFile(join(root, 'package.json'), 'utf8'),
    ).resolutions;
    const tarballs = packed.map(({ name, file }) => [
      name,
      `file:./vendor/${basename(file)}`,
    ]);
    manifest.resolutions = { ...own, ...Object.fromEntries(tarballs) };
  });
  for (const file of [
    'packages/backend/src/index.ts',
    'packages/app/src/App.tsx',
  ]) {
    const path = join(directory, file);
    const text = await readFile(path, 'utf8');
    await writeFile(path, withGuide(text, file, blocks));
  }
  // All settings of the guide: the app refuses what the schemas do not know.
  const settings = blocks.filter(block => block.file === 'app-config.yaml');
  await writeFile(
    join(directory, 'app-config.guide.yaml'),
    (settings.at(-1)?.lines ?? []).join('\n'),
  );
  await writeFile(join(directory, 'app-config.here.yaml'), here);
  await writeFile(join(directory, 'yarn.lock'), '');
  await inApp(directory, 'yarn', ['install', '--no-immutable']);
}

/** Runs a program in the app; fails with what it wrote. */
export async function inApp(
  directory: string,
  command: string,
  args: string[],
): Promise<string> {
  try {
    const { stdout } = await run(command, args, {
      cwd: directory,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as Record<string, string>;
    const written = `${stdout}${stderr}`.slice(-4000);
    throw new Error(`${[command, ...args].join(' ')}\n${written}`);
  }
}

async function changed(
  path: string,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- it is whatever the file holds
  change: (manifest: any) => void | Promise<void>,
) {
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  await change(manifest);
  await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * The scaffolder's backend needs a library that is compiled when it is installed, which scripts here
 * may not; its module is installed and loaded, and nothing adds it.
 */
function withoutScaffolder(block: Block): Block {
  return {
    ...block,
    lines: block.lines.filter(
      line => !(line.startsWith('backend.add(') && line.includes(SCAFFOLDER)),
    ),
  };
}
