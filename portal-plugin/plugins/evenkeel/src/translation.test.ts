import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// Who translates Evenkeel has the messages and nothing else: a unit in the code stays English, and
// a word whose case the code changes is wrong where nouns have capitals.
const sources = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.tsx$/.test(name) && !/\.test\.tsx$/.test(name))
  .map(name => [name, readFileSync(join(__dirname, name), 'utf8')] as const);

it.each([
  ['write no unit but %', /\} ?(h|min|ms|s|\/s|d|weeks?|days?)`/],
  ['do not change the case of a word', /\bt\([^;]*?\)\s*\.to(Lower|Upper)Case/],
])('pages %s', (_, pattern) => {
  expect(sources.length).toBeGreaterThan(100);
  expect(
    sources.filter(([, text]) => pattern.test(text)).map(([name]) => name),
  ).toEqual([]);
});
