import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { parsed, type Members } from './jwt';

/** A token that went by, and what it says. */
export type Caught = { token: string; header: Members; claims: Members };

/**
 * Stands between the portal and what it asks, as somebody on the way would: passes everything on
 * as it is, and keeps the tokens that went by.
 */
export class Tap {
  readonly #caught = new Map<string, Caught>();
  readonly #server: Server;
  /** Where requests go on to: an origin, by their path. */
  leads: (path: string) => string | undefined = () => undefined;

  private constructor() {
    this.#server = createServer((req, res) => {
      const origin = this.leads(req.url ?? '');
      this.#keep(req.headers.authorization);
      if (origin === undefined) {
        res.writeHead(502).end();
        return;
      }
      const { hostname, port } = new URL(origin);
      const { method, url: path, headers } = req;
      const onward = request(
        { hostname, port, method, path, headers },
        answer => {
          res.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(res);
        },
      );
      onward.on('error', () => res.destroy());
      req.pipe(onward);
    });
  }

  static async start(): Promise<Tap> {
    const tap = new Tap();
    const server = tap.#server;
    await new Promise<void>(listening =>
      server.listen(0, '127.0.0.1', listening),
    );
    return tap;
  }

  /** Breaks off what is under way, and takes nothing any more. */
  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Its address, without a slash at the end. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** The newest token that says these things and is for a person, or for none. */
  caught(claims: Members, forPerson: boolean): Caught | undefined {
    return [...this.#caught.values()]
      .filter(one => (typeof one.claims.obo === 'string') === forPerson)
      .filter(one =>
        Object.entries(claims).every(([name, v]) => one.claims[name] === v),
      )
      .at(-1);
  }

  #keep(authorization: string | undefined) {
    const token = /^Bearer (.+\..+\..+)$/.exec(authorization ?? '')?.[1];
    if (token) {
      this.#caught.set(token, { token, ...parsed(token) });
    }
  }
}
