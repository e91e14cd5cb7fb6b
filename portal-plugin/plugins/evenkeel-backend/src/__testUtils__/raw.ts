import { request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

/** An answer, with its body as text. */
export type RawAnswer = {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
};

/** Sends a request with its path exactly as it is written, which fetch would tidy up. */
export function raw(
  base: string,
  path: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
  } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(base);
  const { method = 'GET', headers, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path, method, headers, agent: false },
      async answer =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: await text(answer).catch(() => 'broken off'),
        }),
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
