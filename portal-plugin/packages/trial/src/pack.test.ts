import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scripts = join(__dirname, '../../../../scripts');

// Packs as yarn and the prepack of Backstage do, up to where it is cut short.
const yarn = (end: string) => `#!/bin/sh
[ "$1" = workspaces ] || exit 0
cd plugins/one
mv package.json package.json-prepack
echo '{"rewritten": true}' >package.json
touch LICENSE NOTICE
${end}
`;

let repository: string;
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'evenkeel-pack-'));
});
afterEach(() => rmSync(repository, { recursive: true }));

it.each([
  ['fails', 'exit 1', 1],
  ['is interrupted', 'kill -INT $PPID; exit 130', 130],
  ['is ended', 'kill -TERM $PPID; exit 143', 143],
])('puts manifests back where packing %s', (_, end, status) => {
  const at = (...path: string[]) => join(repository, ...path);
  for (const directory of ['scripts', 'bin', 'portal-plugin/plugins/one']) {
    mkdirSync(at(directory), { recursive: true });
  }
  copyFileSync(join(scripts, 'portal-pack'), at('scripts/portal-pack'));
  writeFileSync(at('scripts/portal-types'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(at('bin/yarn'), yarn(end), { mode: 0o755 });
  const one = (name: string) => at('portal-plugin/plugins/one', name);
  writeFileSync(one('package.json'), '{"name": "one"}\n');

  const packed = spawnSync('bash', ['../scripts/portal-pack', at('out')], {
    cwd: at('portal-plugin'),
    env: { ...process.env, PATH: `${at('bin')}:${process.env.PATH}` },
  });

  expect(packed.status).toBe(status);
  expect(readFileSync(one('package.json'), 'utf8')).toBe('{"name": "one"}\n');
  for (const name of ['package.json-prepack', 'LICENSE', 'NOTICE']) {
    expect(existsSync(one(name))).toBe(false);
  }
});
