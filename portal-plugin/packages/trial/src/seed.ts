/* eslint-disable no-console -- it is a program of the command line. */
import { parseArgs } from 'node:util';

import { follow, seed } from './seeding';

const usage =
  'yarn workspace trial seed --url URL --token TOKEN [--portal URL] [--services N] [--follow]';

async function main() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      portal: { type: 'string', default: 'http://localhost:7007' },
      services: { type: 'string', default: '0' },
      follow: { type: 'boolean', default: false },
    },
  });
  const services = Number(values.services);
  if (!values.url || !values.token) {
    throw new Error(`--url and --token are needed: ${usage}`);
  }
  if (!Number.isInteger(services) || services < 0 || services > 9_999) {
    throw new Error(
      `--services is ${values.services}; it has to be a whole number from 0 to 9999`,
    );
  }
  const say = (line: string) => console.log(line);
  await seed({
    url: values.url,
    token: values.token,
    portal: values.portal,
    services,
    now: Date.now(),
    say,
  });
  if (values.follow) {
    await follow(values.url, values.token, say);
  }
}

main().catch((error: unknown) => {
  console.error(`seed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
