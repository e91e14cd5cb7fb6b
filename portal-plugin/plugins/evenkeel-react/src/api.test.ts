import { value } from '@evenkeel/client';

import { evenkeelApi } from './api';

function house(answer: () => Response) {
  const asked: [string, RequestInit | undefined][] = [];
  const api = evenkeelApi({
    discoveryApi: {
      getBaseUrl: async plugin => `https://portal.example.org/api/${plugin}`,
    },
    fetchApi: {
      fetch: async (input, init) => {
        asked.push([String(input), init]);
        return answer();
      },
    },
  });
  return { api, asked };
}

it('asks the backend plugin by the portal’s own fetch, path and query as they are', async () => {
  const { api, asked } = house(() => Response.json({ items: [] }));
  await value(
    api.GET('/v1/services', { params: { query: { query: 'a b', limit: 5 } } }),
  );
  expect(asked).toHaveLength(1);
  expect(asked[0][0]).toBe(
    'https://portal.example.org/api/evenkeel/v1/services?query=a%20b&limit=5',
  );
  expect(asked[0][1]?.method).toBe('GET');
  expect(asked[0][1]?.body).toBeUndefined();
});

it('sends a body as text, with its type and a key of its own', async () => {
  const { api, asked } = house(() => Response.json({}, { status: 201 }));
  await value(
    api.POST('/v1/teams', { body: { slug: 'payments', name: 'Payments' } }),
  );
  const init = asked[0][1];
  expect(init?.body).toBe('{"slug":"payments","name":"Payments"}');
  const headers = new Headers(init?.headers);
  expect(headers.get('Content-Type')).toBe('application/json');
  expect(headers.get('Idempotency-Key')).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.has('Authorization')).toBe(false);
});

it('tells what the API refused with its code', async () => {
  const { api } = house(() =>
    Response.json(
      {
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        code: 'forbidden',
        detail: 'only members may',
        requestId: 'r1',
      },
      {
        status: 403,
        headers: { 'Content-Type': 'application/problem+json' },
      },
    ),
  );
  await expect(value(api.GET('/v1/me'))).rejects.toMatchObject({
    code: 'forbidden',
    requestId: 'r1',
  });
});
