import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// What others import is recorded, so that nobody changes it unseen: what is taken away or renamed
// breaks them, and what is added stays. Where a change is meant:
// RECORD_EXPORTS=1 scripts/portalenv yarn test packages/trial/src/exports
const root = join(__dirname, '../../..');
const packages = [
  'packages/client',
  'plugins/catalog-backend-module-evenkeel',
  'plugins/evenkeel',
  'plugins/evenkeel-backend',
  'plugins/evenkeel-common',
  'plugins/evenkeel-react',
  'plugins/scaffolder-backend-module-evenkeel',
];

/** What a package exports, by the entry that its package.json names: a name on each line. */
function exportsOf(directory: string): string {
  const { main } = JSON.parse(
    readFileSync(join(root, directory, 'package.json'), 'utf8'),
  );
  const text = readFileSync(join(root, directory, main), 'utf8');
  expect(text).not.toMatch(/^export (\*|default)/m); // each is named here
  const listed = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(
    ([, type = '', names]) =>
      names
        .split(',')
        .map(name => name.trim().replace(/^\w+ as /, ''))
        .filter(name => name !== '')
        .map(name => (name.startsWith('type ') ? name : `${type}${name}`)),
  );
  const declared = [
    ...text.matchAll(/^export (type|interface|const|function|class) (\w+)/gm),
  ].map(([, kind, name]) =>
    ['type', 'interface'].includes(kind) ? `type ${name}` : name,
  );
  return `${[...listed, ...declared].sort().join('\n')}\n`;
}

test.each(packages)('%s exports what is recorded', directory => {
  const record = join(root, directory, 'exports.txt');
  const exported = exportsOf(directory);
  expect(exported.trim()).not.toBe('');
  if (process.env.RECORD_EXPORTS) {
    writeFileSync(record, exported);
  }
  expect(existsSync(record) ? readFileSync(record, 'utf8') : '').toBe(exported);
});
