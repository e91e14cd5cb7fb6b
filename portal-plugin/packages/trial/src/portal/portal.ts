import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { seed } from '../seeding';
import { freePort, Part, plainEnvironment } from './process';

/** Settings of the portal's backend by their path, such as "catalog.processingInterval". */
export type Settings = Record<string, unknown>;

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
  /** How many plain services there are beside those of the organisation; without, nothing is entered. */
  services?: number;
  /** What is set otherwise than in app-config.yaml. */
  settings?: Settings;
  /** Told what is being done. */
  say: (line: string) => void;
};

/** A portal that is ready, with the API behind it. */
export type Portal = {
  /** Where people open it. */
  url: string;
  /** Where the API is, and its first administrator's token. */
  api: { url: string; token: string };
  /** Where logs are, and what the API keeps. */
  directory: string;
  /** Ends the API, and starts it again at the same address. */
  program: Pick<Part, 'start' | 'stop'>;
  /** Ends the portal's backend, and starts it again at the same address, with other settings. */
  backend: { start(settings?: Settings): Promise<void>; stop(): Promise<void> };
  /** Enters the sample organisation. */
  fill(services: number): Promise<void>;
  /** Ends all of it. */
  stop: () => Promise<void>;
};

// scripts/portalenv runs everything there.
const root = process.cwd();

/** Starts the API, fills it, and starts the portal with the app that was built. */
export async function startPortal(options: PortalOptions): Promise<Portal> {
  const { directory, say } = options;
  await mkdir(directory, { recursive: true });
  const began = performance.now();
  const done = (what: string) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`${seconds.padStart(5)} s  ${what}`);
  };
  const port = await freePort(options.port);
  const address = `127.0.0.1:${await freePort()}`;
  const at = { url: `http://localhost:${port}`, api: `http://${address}` };
  const program = apiOf(
    { ...options, portal: at.url, portalApi: `http://127.0.0.1:${port}` },
    address,
  );
  const backend = backendOf(options, port, at);
  const stop = async () => {
    await Promise.all([program.stop(), backend.stop()]);
  };
  try {
    await program.start();
    done(`the API is ready at ${at.api}`);
    const api = { url: at.api, token: await tokenIn(directory) };
    const fill = async (services: number) => {
      // People are known by the address that the portal's catalog tells of them with, to the letter.
      const portal = at.url;
      await seed({ ...api, portal, services, now: Date.now(), say: () => {} });
      done('the sample organisation is there');
    };
    // The catalog tells the API of the plain services too: not while they are being entered.
    const many = (options.services ?? 0) > 0;
    if (many) {
      await fill(options.services ?? 0);
    }
    await backend.start();
    done('the portal answers');
    if (options.services !== undefined && !many) {
      // After the portal is there, so that it tells people of what happens.
      await fill(options.services);
    }
    await backend.ready(`${at.url}/api/auth/trial/refresh`, {
      'X-Trial-Person': 'sam',
    });
    done('people can enter');
    return {
      url: at.url,
      api,
      directory,
      program,
      backend: {
        start: settings => backend.start(asEnvironment(settings)),
        stop: () => backend.stop(),
      },
      fill,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function tokenIn(directory: string): Promise<string> {
  const token = await readFile(join(directory, 'api/admin-token'), 'utf8');
  return token.trim();
}

/** How the API for a portal is started. */
export type ApiOptions = {
  /** Path of the program of Evenkeel. */
  program: string;
  /** The directory in which it keeps its data, and where its log goes. */
  directory: string;
  /** By which address the portal is known, and at which the API reaches it. */
  portal: string;
  portalApi: string;
};

/** Starts an API without its portal, and says where it is and its administrator's token. */
export async function startApi(
  options: ApiOptions,
): Promise<Portal['api'] & { program: Pick<Part, 'stop'> }> {
  const address = `127.0.0.1:${await freePort()}`;
  const program = apiOf(options, address);
  await program.start();
  const token = await tokenIn(options.directory);
  return { url: `http://${address}`, token, program };
}

function apiOf(options: ApiOptions, address: string): Part {
  const data = join(options.directory, 'api');
  return new Part(
    {
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
    },
    `http://${address}/readyz`,
  );
}

function backendOf(
  options: PortalOptions,
  port: number,
  at: { url: string; api: string },
): Part {
  // Its sources as they are: what the bundler would make of them is the same, half a minute later.
  const transform = require.resolve('@backstage/cli/config/nodeTransform.cjs');
  return new Part(
    {
      name: 'the portal',
      command: process.execPath,
      args: ['--require', transform, 'src/index.ts'],
      cwd: join(root, 'packages/backend'),
      env: {
        ...plainEnvironment(),
        NODE_ENV: 'production',
        PORTAL_URL: at.url,
        PORTAL_PORT: String(port),
        PORTAL_DATABASE: options.database,
        PORTAL_EVENKEEL: at.api,
        PORTAL_PLAIN_SERVICES: String(options.services ?? 0),
        ...asEnvironment(options.settings),
      },
      log: join(options.directory, 'portal.log'),
    },
    `${at.url}/.backstage/health/v1/readiness`,
  );
}

// Backstage reads settings there too, before all others.
function asEnvironment(settings: Settings = {}): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(settings).map(([path, value]) => [
      `APP_CONFIG_${path.replaceAll('.', '_')}`,
      JSON.stringify(value),
    ]),
  );
}

/** A new database of a server, by the address of one that is there. */
export function newDatabase(server: string): string {
  const url = new URL(server);
  url.pathname = `/evenkeel_portal_${process.pid}_${Date.now()}`;
  return url.href;
}
