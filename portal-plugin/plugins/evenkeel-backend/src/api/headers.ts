import type { IncomingHttpHeaders } from 'node:http';

// Nothing that says who asks is among them: that is the token's to say.
const onward = [
  'accept',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'traceparent',
];

const back = [
  'allow',
  'cache-control',
  'content-disposition',
  'content-type',
  'content-length',
  'etag',
  'idempotency-replayed',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'x-request-id',
];

/** The headers of a request that go on to the API, without those of its body's length. */
export function requestHeaders(
  asked: IncomingHttpHeaders,
  token: string,
): Record<string, string> {
  return {
    ...chosen(asked, onward),
    'user-agent': 'evenkeel-portal',
    authorization: `Bearer ${token}`,
  };
}

/** Where the API is, and where the portal has it. */
export type Places = {
  /** The API's address, without "/v1". */
  api: string;
  /** The path of the plugin in the portal, such as "/api/evenkeel". */
  portal: string;
};

/** The headers of an answer that go back, with addresses in the portal. */
export function responseHeaders(
  answered: IncomingHttpHeaders,
  places: Places,
): Record<string, string> {
  const headers: Record<string, string> = {
    ...chosen(answered, back),
    vary: 'Authorization',
  };
  const location = answered.location && inPortal(answered.location, places);
  if (location) {
    headers.location = location;
  }
  const link = first(answered.link)?.replace(
    /<([^>]*)>/g,
    (_, address: string) => `<${inPortal(address, places) ?? ''}>`,
  );
  if (link && !link.includes('<>')) {
    headers.link = link;
  }
  return headers;
}

/** An address of the API as it is in the portal; none for an address elsewhere. */
function inPortal(
  address: string,
  { api, portal }: Places,
): string | undefined {
  const base = new URL(api);
  const root = base.pathname.replace(/\/+$/, '');
  if (!URL.canParse(address, base)) {
    return undefined;
  }
  const url = new URL(address, base);
  // The API writes its own paths, whatever stands in front of it.
  const path = url.pathname.startsWith(`${root}/v1/`)
    ? url.pathname.slice(root.length)
    : url.pathname;
  if (url.origin !== base.origin || !path.startsWith('/v1/')) {
    return undefined;
  }
  return `${portal}${path}${url.search}`;
}

function chosen(
  headers: IncomingHttpHeaders,
  names: string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap(name => {
      const value = first(headers[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
