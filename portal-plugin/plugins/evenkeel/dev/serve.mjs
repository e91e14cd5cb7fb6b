// Leads what the plugin by itself asks for to an Evenkeel API, with one token for whoever looks.
// For development on one's own machine alone: node dev/serve.mjs http://127.0.0.1:8080 ek_…
import { createServer, request } from 'node:http';

const [api, token] = process.argv.slice(2);
if (!api || !token) {
  process.stderr.write('usage: node dev/serve.mjs API-ADDRESS TOKEN\n');
  process.exit(2);
}
const port = Number(process.env.EVENKEEL_DEV_API_PORT ?? 7107);
const prefix = '/api/evenkeel';

createServer((asked, answer) => {
  answer.setHeader('Access-Control-Allow-Origin', asked.headers.origin ?? '*');
  answer.setHeader('Access-Control-Allow-Credentials', 'true');
  answer.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE');
  answer.setHeader(
    'Access-Control-Allow-Headers',
    asked.headers['access-control-request-headers'] ?? '*',
  );
  answer.setHeader(
    'Access-Control-Expose-Headers',
    '*, ETag, Location, Retry-After, X-Request-Id',
  );
  if (asked.method === 'OPTIONS' || !asked.url.startsWith(prefix)) {
    answer.writeHead(asked.method === 'OPTIONS' ? 204 : 404).end();
    return;
  }
  const { host, origin, cookie, ...headers } = asked.headers;
  const onward = request(
    new URL(asked.url.slice(prefix.length), api),
    {
      method: asked.method,
      headers: { ...headers, authorization: `Bearer ${token}` },
    },
    from => {
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    },
  );
  onward.on('error', () => answer.writeHead(502).end());
  asked.pipe(onward);
}).listen(port, '127.0.0.1', () => {
  process.stdout.write(`the API at http://127.0.0.1:${port}${prefix}\n`);
});
