import { apiOperations } from '@evenkeel/client';

import { Operations } from './operations';

const operations = new Operations();

it('lets through every operation of the document but those that show secrets and those on tokens', () => {
  const refused = apiOperations.filter(({ method, path }) => {
    const filled = path.replace(/\{[^}]*\}/g, 'x');
    return operations.find(method, filled).kind !== 'let-through';
  });
  // Read in openapi/openapi.yaml by hand: the six on tokens, and the link to sign in with.
  expect(refused.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /v1/people/{person}/sign-in-links',
    'POST /v1/token-exchanges',
    'GET /v1/tokens',
    'POST /v1/tokens',
    'DELETE /v1/tokens/{token}',
    'GET /v1/tokens/{token}',
    'POST /v1/tokens/{token}/rotations',
  ]);
});

it.each([
  ['GET', '/v1/services/checkout', '/v1/services/checkout'],
  ['HEAD', '/v1/services/checkout', '/v1/services/checkout'],
  ['GET', '/v1/incidents/search', '/v1/incidents/search'],
  ['GET', '/v1/services/caf%C3%A9', '/v1/services/caf%C3%A9'],
  ['GET', '/v1/services/a%3Fb%23c', '/v1/services/a%3Fb%23c'],
  ['GET', '/v1/services/%74okens', '/v1/services/tokens'],
])('lets %s %s through as %s', (method, raw, path) => {
  expect(operations.find(method, raw)).toEqual({ kind: 'let-through', path });
});

it.each([
  '/v1/tokens',
  '/v1/%74okens',
  '/v1/tokens/01JD9Z7P6M5W8Q3K2N4T6V8X0Y',
  '/v1',
  '/v1/nothing',
  '/v1/services/checkout/nothing',
  '/v2/services',
  '/V1/services',
  '/metrics',
])('knows no %s', raw => {
  expect(operations.find('GET', raw)).toEqual({ kind: 'unknown' });
});

it.each([
  '/v1/services/../tokens',
  '/v1/services/%2e%2e/tokens',
  '/v1/services/.%2E/tokens',
  '/v1/./tokens',
  '/v1/services/a%2F..%2F..%2Ftokens',
  '/v1/services/a%5C..%5Ctokens',
  '/v1/services/a\\..\\tokens',
  '/v1//tokens',
  '/v1/services/',
  '//v1/services',
  '/v1/services/%00',
  '/v1/services/%0d%0aX',
  '/v1/services/%7f',
  '/v1/services/%',
  '/v1/services/%c3',
  '/v1/services/%zz',
])('takes %s for another path in disguise', raw => {
  expect(operations.find('GET', raw)).toEqual({ kind: 'malformed' });
});

it('says which methods a path takes', () => {
  expect(operations.find('DELETE', '/v1/services/checkout')).toEqual({
    kind: 'method',
    allow: ['GET', 'HEAD', 'PUT'],
  });
  expect(operations.find('PATCH', '/v1/me')).toEqual({
    kind: 'method',
    allow: ['GET', 'HEAD'],
  });
});
