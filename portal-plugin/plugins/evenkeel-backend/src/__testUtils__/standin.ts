import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request that came to the stand-in. */
export type Came = {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
};

/** A real HTTP server that stands for the API, records what comes, and answers as it is told to. */
export class StandIn {
  /** What came, in order, once its body was read. */
  readonly came: Came[] = [];
  /** How it answers; by default with 200 and an empty object. */
  answer: RequestListener = (_req, res) => {
    res.setHeader('Content-Type', 'application/json').end('{}');
  };
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (req, res) => {
      const { method = '', url = '', headers } = req;
      const body = await text(req).catch(() => 'broken off');
      this.came.push({ method, url, headers, body });
      this.answer(req, res);
    });
  }

  static async start(): Promise<StandIn> {
    const it = new StandIn();
    await new Promise<void>(resolve =>
      it.#server.listen(0, '127.0.0.1', resolve),
    );
    return it;
  }

  /** Its address, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The one request that came; fails where there was not exactly one. */
  get one(): Came {
    if (this.came.length !== 1) {
      throw new Error(`${this.came.length} requests came to the API, not one`);
    }
    return this.came[0];
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }
}
