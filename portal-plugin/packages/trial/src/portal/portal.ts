import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { seed } from '../seeding';
import { freePort, plainEnvironment, start, type Started } from './process';

/** How the portal of the trial is started. */
export type PortalOptions = {
  /** Path of the program of Evenkeel. */
  program: string;
  /** The directory in which the API keeps its data, and where logs go. */
  directory: string;
  /** Address of a PostgreSQL database for the portal; it is made where there is none. */
  database: string;
  /** The port that the portal listens on, where it is free. */
  port?: number;
  /** How many plain services there are beside those of the organisation. */
  services: number;
  /** Told what is being done. */
  say: (line: string) => void;
};

/** A portal that is ready, with the API behind it. */
export type Portal = {
  /** Where people open it. */
  url: string;
  /** Where the API is, and its first administrator's token. */
  api: { url: string; token: string };
  /** Ends all of it. */
  stop: () => Promise<void>;
};

// Whoever is known by the portal is known by this address, on whichever port it listens.
const ISSUER = 'http://localhost:7007';

// scripts/portalenv runs everything there.
const root = process.cwd();

/** Starts the API, fills it, and starts the portal with the app that was built. */
export async function startPortal(options: PortalOptions): Promise<Portal> {
  const { say } = options;
  await mkdir(options.directory, { recursive: true });
  const began = performance.now();
  const done = (what: string) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`${seconds.padStart(5)} s  ${what}`);
  };
  const port = await freePort(options.port);
  const url = `http://localhost:${port}`;
  const running: Started[] = [];
  const stop = async () => {
    await Promise.all(running.map(program => program.stop()));
  };
  try {
    const api = await startApi(
      {
        ...options,
        portal: ISSUER,
        portalApi: `http://127.0.0.1:${port}`,
      },
      running,
    );
    done(`the API is ready at ${api.url}`);
    const fill = async () => {
      await seed({
        ...api,
        portal: ISSUER,
        services: options.services,
        now: Date.now(),
        say: () => {},
      });
      done('the sample organisation is there');
    };
    // The catalog tells the API of the plain services too: not while they are being entered.
    const many = options.services > 0;
    if (many) {
      await fill();
    }
    const backend = startBackend(options, { port, url, api: api.url });
    running.push(backend);
    await backend.ready(`${url}/.backstage/health/v1/readiness`);
    done('the portal answers');
    // After the portal is there, so that it tells people of what happens.
    if (!many) {
      await fill();
    }
    await backend.ready(`${url}/api/auth/trial/refresh`, {
      'X-Trial-Person': 'sam',
    });
    done('people can enter');
    return { url, api, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts the API for a portal at an address, which it reaches at another one. */
export async function startApi(
  options: {
    program: string;
    directory: string;
    portal: string;
    portalApi: string;
  },
  running: Started[],
): Promise<Portal['api']> {
  const data = join(options.directory, 'api');
  const address = `127.0.0.1:${await freePort()}`;
  const program = start({
    name: 'the API',
    command: options.program,
    args: ['serve', '--data-dir', data, '--listen', address],
    cwd: root,
    env: {
      ...plainEnvironment(),
      EVENKEEL_PORTAL_URL: options.portal,
      EVENKEEL_PORTAL_API_URL: options.portalApi,
    },
    log: join(options.directory, 'api.log'),
  });
  running.push(program);
  const url = `http://${address}`;
  await program.ready(`${url}/readyz`);
  const token = await readFile(join(data, 'admin-token'), 'utf8');
  return { url, token: token.trim() };
}

function startBackend(
  options: PortalOptions,
  at: { port: number; url: string; api: string },
): Started {
  // Its sources as they are: what the bundler would make of them is the same, half a minute later.
  const transform = require.resolve('@backstage/cli/config/nodeTransform.cjs');
  return start({
    name: 'the portal',
    command: process.execPath,
    args: ['--require', transform, 'src/index.ts'],
    cwd: join(root, 'packages/backend'),
    env: {
      ...plainEnvironment(),
      NODE_ENV: 'production',
      PORTAL_URL: at.url,
      PORTAL_PORT: String(at.port),
      PORTAL_DATABASE: options.database,
      PORTAL_EVENKEEL: at.api,
      PORTAL_PLAIN_SERVICES: String(options.services),
    },
    log: join(options.directory, 'portal.log'),
  });
}

/** A new database of a server, by the address of one that is there. */
export function newDatabase(server: string): string {
  const url = new URL(server);
  url.pathname = `/evenkeel_portal_${process.pid}_${Date.now()}`;
  return url.href;
}
