import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** A program that was started. */
export type Started = {
  /** Ends it, and waits until it has ended. */
  stop: () => Promise<void>;
  /** Resolves once it answers at an address; rejects with what it wrote where it ends before. */
  ready: (url: string, headers?: Record<string, string>) => Promise<void>;
  /** Resolves to what a pattern finds in what it wrote, once it is there; rejects as ready does. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>;
};

/** How a program is started. */
export type StartOptions = {
  /** What it is called in messages. */
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** The file that what it writes goes to. */
  log: string;
};

/** Milliseconds that a program is given to end by itself. */
const GRACE_MS = 10_000;

/** Starts a program; it is ended by its own id, and is never left behind. */
export function start(options: StartOptions): Started {
  const { name, command, args, cwd, env, log } = options;
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // What it wrote the last time stays.
  const out = createWriteStream(log, { flags: 'a' });
  child.stdout.pipe(out, { end: false });
  child.stderr.pipe(out, { end: false });
  let over: string | undefined;
  const ended = new Promise<void>(resolve => {
    child.once('error', error => {
      over = error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      over = `it ended with ${code ?? signal}`;
      out.end();
      resolve();
    });
  });
  const kill = () => child.kill('SIGKILL');
  const written = () => readFile(log, 'utf8').catch(() => '');
  const failed = async () =>
    new Error(`${name}: ${over}\n${(await written()).slice(-4000)}`);
  process.once('exit', kill);
  return {
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([
        ended,
        setTimeout(GRACE_MS, undefined, { ref: false }).then(kill),
      ]);
      await ended;
      process.removeListener('exit', kill);
    },
    async ready(url, headers) {
      while (over === undefined) {
        const reply = await fetch(url, { headers }).catch(() => undefined);
        await reply?.body?.cancel();
        if (reply?.ok) {
          return;
        }
        await setTimeout(100);
      }
      throw await failed();
    },
    async says(pattern) {
      while (over === undefined) {
        const found = pattern.exec(await written());
        if (found) {
          return found;
        }
        await setTimeout(100);
      }
      throw await failed();
    },
  };
}

/** Has this process exit on SIGINT and SIGTERM, so that what it started is killed with it. */
export function exitOnSignals(): void {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}

/** A program that can be ended and started again, with what it had. */
export class Part {
  #running: Started | undefined;

  constructor(
    private readonly options: StartOptions,
    /** The address at which it answers once it is ready. */
    private readonly readyAt: string,
  ) {}

  /**
   * Starts it where it does not run, and waits until it is ready; more environment is for this time
   * alone.
   */
  async start(environment: NodeJS.ProcessEnv = {}): Promise<void> {
    const env = { ...this.options.env, ...environment };
    this.#running ??= start({ ...this.options, env });
    try {
      await this.ready(this.readyAt);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Resolves once it answers at an address. */
  async ready(url: string, headers?: Record<string, string>): Promise<void> {
    if (this.#running === undefined) {
      throw new Error(`${this.options.name} was not started`);
    }
    await this.#running.ready(url, headers);
  }

  /** Ends it, if it runs, and waits until it has ended. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }
}

/** The environment without the settings of Evenkeel, which takes no others than its own. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('EVENKEEL_'),
    ),
  );
}

/** The wanted port of 127.0.0.1 where it is free, and one that is free otherwise. */
export async function freePort(wanted = 0): Promise<number> {
  const socket = createServer();
  const listening = new Promise<boolean>(resolve => {
    socket.once('error', () => resolve(false));
    socket.listen(wanted, '127.0.0.1', () => resolve(true));
  });
  if (!(await listening)) {
    return freePort();
  }
  const { port } = socket.address() as AddressInfo;
  await new Promise(resolve => socket.close(resolve));
  return port;
}
