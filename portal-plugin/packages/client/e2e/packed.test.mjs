// The client as it is published: packed, installed into a fresh project, type-checked there, and
// used in Node and in a browser against the program itself. Run by scripts/portal-test.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = process.env.EVENKEEL_TEST_PROGRAM;
const chromium = process.env.EVENKEEL_TEST_CHROMIUM ?? '/usr/bin/chromium';
const here = new URL('..', import.meta.url).pathname;

// What a program that uses the client looks like, in both places.
const user = `
import { evenkeel, items, value, ProblemError, type Schemas } from '@evenkeel/client';

export async function story(baseUrl: string, token?: string): Promise<string> {
  const api = evenkeel({ baseUrl, token, retry: { attempts: 12 } });
  const slug = 'packed-' + Math.floor(performance.now() * 1000).toString(36);
  const team: Schemas['Team'] = await value(
    api.POST('/v1/teams', { body: { slug, name: 'Packed' } }),
  );
  const found: string[] = [];
  for await (const one of items(api, '/v1/teams', { query: { limit: 1 } })) {
    found.push(one.slug);
  }
  const refused = await value(
    api.POST('/v1/teams', { body: { slug: 'Not A Slug', name: '' } }),
  ).then(
    () => 'taken',
    (error: unknown) => (error instanceof ProblemError ? error.faults[0].pointer : String(error)),
  );
  return [found.includes(team.slug) ? 'listed' : 'lost', refused].join(' ');
}
`;

let directory;
let server;
let address;
let token;

async function freePort() {
  const socket = createServer().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

before(async () => {
  assert.ok(program, 'EVENKEEL_TEST_PROGRAM says where the program is');
  directory = await mkdtemp(join(tmpdir(), 'evenkeel-packed-'));
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  server = spawn(
    program,
    [
      'serve',
      '--data-dir',
      join(directory, 'data'),
      '--listen',
      `127.0.0.1:${port}`,
    ],
    {
      stdio: 'ignore',
      env: Object.fromEntries(
        Object.entries(process.env).filter(
          ([name]) => !name.startsWith('EVENKEEL_'),
        ),
      ),
    },
  );
  for (let ready = false; !ready; ) {
    ready = await fetch(`${address}/readyz`).then(
      r => r.ok,
      () => false,
    );
    if (!ready) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
  token = (
    await readFile(join(directory, 'data', 'admin-token'), 'utf8')
  ).trim();

  const tarball = join(directory, 'client.tgz');
  await run('yarn', ['workspace', '@evenkeel/client', 'pack', '-o', tarball], {
    cwd: here,
  });
  await writeFile(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'fresh', private: true, type: 'module' }),
  );
  await run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefer-offline',
      tarball,
      'typescript@~5.8.0',
      'esbuild@0.28.2',
    ],
    { cwd: directory },
  );
  await writeFile(join(directory, 'user.ts'), user);
});

after(async () => {
  if (server) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  await rm(directory, { recursive: true, force: true });
});

test('the packed client has its types, and a user type-checks under either resolution', async () => {
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    await run(
      join(directory, 'node_modules/.bin/tsc'),
      [
        '--strict',
        '--noEmit',
        '--target',
        'es2022',
        '--lib',
        'es2022,dom,dom.iterable',
        '--module',
        module,
        '--moduleResolution',
        resolution,
        'user.ts',
      ],
      { cwd: directory },
    );
  }
});

test('the packed client works in Node', async () => {
  await run(
    join(directory, 'node_modules/.bin/tsc'),
    ['--target', 'es2022', '--module', 'nodenext', '--skipLibCheck', 'user.ts'],
    { cwd: directory },
  );
  await writeFile(
    join(directory, 'main.mjs'),
    `import { story } from './user.js';\nconsole.log(await story(process.argv[2], process.argv[3]));\n`,
  );
  const { stdout } = await run(process.execPath, ['main.mjs', address, token], {
    cwd: directory,
  });
  assert.equal(stdout, 'listed /slug\n');
});

test('the packed client works in a browser', async t => {
  await writeFile(
    join(directory, 'page.ts'),
    `import { story } from './user';\nstory(location.origin).then(t => { document.title = t; document.body.textContent = t; }, e => { document.body.textContent = String(e); });\n`,
  );
  await run(
    join(directory, 'node_modules/.bin/esbuild'),
    [
      'page.ts',
      '--bundle',
      '--minify',
      '--outfile=page.js',
      '--log-level=error',
    ],
    { cwd: directory },
  );
  const script = await readFile(join(directory, 'page.js'));
  // One origin for page and API, as behind a portal: it adds the token.
  const site = createServer((asked, answer) => {
    if (asked.url === '/') {
      answer
        .setHeader('Content-Type', 'text/html')
        .end(
          '<!doctype html><meta charset=utf-8><body>waiting<script src=/page.js></script>',
        );
    } else if (asked.url === '/page.js') {
      answer.setHeader('Content-Type', 'text/javascript').end(script);
    } else {
      const { host, ...headers } = asked.headers;
      const onward = request(
        new URL(asked.url, address),
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
    }
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  try {
    const { stdout } = await run(
      chromium,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--user-data-dir=${join(directory, 'chromium')}`,
        '--virtual-time-budget=20000',
        '--dump-dom',
        `http://127.0.0.1:${site.address().port}/`,
      ],
      { timeout: 60_000 },
    );
    assert.match(stdout, /<body>listed \/slug/);
    t.diagnostic(`the client in a page, minified: ${script.length} bytes`);
  } finally {
    site.closeAllConnections();
    site.close();
  }
});
