/* eslint-disable no-console -- it is a program of the command line. */
import { parseArgs } from 'node:util';

import { follow } from '../seeding';
import { people, teams } from '../world';
import { newDatabase, startPortal } from './portal';

function say(line: string) {
  console.log(line);
}

async function main() {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      program: { type: 'string' },
      port: { type: 'string', default: '7007' },
      services: { type: 'string', default: '0' },
    },
  });
  const server = process.env.EVENKEEL_TEST_POSTGRES;
  if (!values.data || !values.program || !server) {
    throw new Error('run it by `make portal`, which says where things are');
  }
  const portal = await startPortal({
    program: values.program,
    directory: values.data,
    database: newDatabase(server),
    port: Number(values.port),
    services: Number(values.services),
    say,
  });
  console.log(`
  Evenkeel in Backstage:  ${portal.url}/evenkeel
  Its API:                ${portal.api.url}

  Enter as one of the sample people:
${[...teams, { slug: undefined, name: 'No team yet' }]
  .map(whoIsIn)
  .filter(Boolean)
  .join('\n')}

  Ctrl-C ends it. What you enter is kept in ${values.data}.`);

  const ended = new Promise<void>(resolve => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await Promise.race([ended, follow(portal.api.url, portal.api.token, say)]);
  console.log('ending the portal');
  await portal.stop();
}

function whoIsIn(team: { slug: string | undefined; name: string }): string {
  const names = people
    .filter(person => person.team === team.slug)
    .map(p => (p.administrator ? `${p.name} (administrator)` : p.name));
  return names.length ? `    ${team.name.padEnd(12)} ${names.join(', ')}` : '';
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`portal: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);
