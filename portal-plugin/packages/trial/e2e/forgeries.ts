import { createPublicKey, type webcrypto } from 'node:crypto';

import {
  claiming,
  encoded,
  es256,
  headed,
  hs256,
  newSigner,
  parsed,
  withPart,
  type Members,
  type Signer,
} from './jwt';

/** A request that is to be refused: its headers, as they stand in it, by what is wrong with it. */
export type Forgeries = Record<string, string[]>;

/** What went by on its way to the API and within the portal, all of it genuine. */
export type Genuine = {
  /** The plugin's for Ada, and for Grace, to the API. */
  ada: string;
  grace: string;
  /** The plugin's for Ada, to the portal's own permissions. */
  elsewhere: string;
  /** Of the catalog, for Ada, to the portal's own permissions. */
  catalogElsewhere: string;
  /** Ada's own, of the portal. */
  user: string;
  /** The portal's public key that the plugin's token is signed with. */
  key: webcrypto.JsonWebKey;
  /** A token of the API itself. */
  administrator: string;
};

export const bearer = (token: string) => ['Authorization', `Bearer ${token}`];

/** Whatever a proxy may add to say who somebody is. */
export const claimed: Forgeries = Object.fromEntries(
  [
    ...[
      'X-Forwarded-User',
      'X-Forwarded-Email',
      'X-Forwarded-Preferred-Username',
    ],
    ...[
      'X-Remote-User',
      'Remote-User',
      'X-Auth-Request-User',
      'X-Webauth-User',
    ],
    ...['X-Backstage-User', 'X-Backstage-Identity', 'X-Evenkeel-Person'],
    ...['X-Trial-Person', 'X-MS-Client-Principal-Name', 'From'],
  ].map(name => [`${name} alone`, [name, 'user:default/sam']]),
);

/** Tokens that went by, changed or shown where they are not for. */
export function misused(genuine: Genuine): Forgeries {
  const { ada, grace, user, key } = genuine;
  const { header, claims } = parsed(ada);
  const limited = String(claims.obo);
  const own = newSigner(String(header.kid));
  const stranger = newSigner('0f5b1c1e-0000-4000-8000-000000000000');
  const jwk = stranger.publicKey.export({ format: 'jwk' });
  const pem = createPublicKey({ key, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  const [, , signature] = ada.split('.');
  const tokens: Record<string, string> = {
    'an empty token': '',
    nonsense: 'nonsense',
    'three parts of nonsense': 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA',
    'no signature': withPart(ada, 2, ''),
    'two parts': ada.split('.').slice(0, 2).join('.'),
    'four parts': `${ada}.${signature}`,
    'a signature that is cut short': ada.slice(0, -8),
    'a signature of zeros': withPart(
      ada,
      2,
      Buffer.alloc(64).toString('base64url'),
    ),
    'alg none with the signature': headed(ada, { alg: 'none' }),
    'alg none without a signature': withPart(
      headed(ada, { alg: 'none' }),
      2,
      '',
    ),
    "HS256 with the portal's public key as PEM": hs256(pem, header, claims),
    "HS256 with the portal's public key as JWK": hs256(
      JSON.stringify(key),
      header,
      claims,
    ),
    "another key under the portal's key id": es256(own, header, claims),
    'another key under its own id': es256(
      stranger,
      { ...header, kid: stranger.kid },
      claims,
    ),
    'a key that the token brings': es256(
      stranger,
      { ...header, kid: stranger.kid, jwk },
      claims,
    ),
    'a key that the token says where to find': es256(
      stranger,
      { ...header, kid: stranger.kid, jku: 'http://127.0.0.1:9/jwks.json' },
      claims,
    ),
    'typ of a user': headed(ada, { typ: 'vnd.backstage.limited-user' }),
    'typ JWT': headed(ada, { typ: 'JWT' }),
    'no typ': headed(ada, { typ: undefined }),
    'no kid': headed(ada, { kid: undefined }),
    'another aud': claiming(ada, { aud: 'catalog' }),
    'another sub': claiming(ada, { sub: 'catalog' }),
    'an iss that was put in': claiming(ada, { iss: 'https://portal.example' }),
    'a longer life': claiming(ada, { exp: Number(claims.exp) + 3600 }),
    'no end of life': claiming(ada, { exp: undefined }),
    'another person in the claims': claiming(ada, {
      obo: claiming(limited, { sub: 'user:default/sam' }),
    }),
    "another person's limited token put in": claiming(ada, {
      obo: parsed(grace).claims.obo,
    }),
    'the person taken out, so that the portal itself asks': claiming(ada, {
      obo: undefined,
    }),
    "another token's claims": withPart(ada, 1, grace.split('.')[1]),
    "another token's signature": withPart(ada, 2, grace.split('.')[2]),
    "another token's header": withPart(ada, 0, user.split('.')[0]),
    "a person's full token, straight to the API": user,
    "a person's limited token by itself": limited,
    "a limited token under the plugin's header": withPart(
      limited,
      0,
      encoded(header),
    ),
    'a token for another plugin, with the person': genuine.elsewhere,
    "another plugin's token for another plugin, with the person":
      genuine.catalogElsewhere,
  };
  return {
    'no token': [],
    ...Object.fromEntries(
      Object.entries(tokens).map(([name, token]) => [name, bearer(token)]),
    ),
    'the token in basic authentication': [
      ...[
        'Authorization',
        `Basic ${Buffer.from(`ada:${ada}`).toString('base64')}`,
      ],
    ],
    'the token under another scheme': ['Authorization', `DPoP ${ada}`],
    'the token in a header of its own': ['X-Authorization', `Bearer ${ada}`],
    'the token in a cookie': ['Cookie', `backstage-auth=${ada}`],
    'two Authorization headers, both good': [...bearer(ada), ...bearer(ada)],
    'two Authorization headers, of two people': [
      ...bearer(ada),
      ...bearer(grace),
    ],
    'two tokens in one header': [
      'Authorization',
      `Bearer ${ada}, Bearer ${grace}`,
    ],
    ...claimed,
  };
}

/** Tokens that the portal's own keys have signed, and that say what they must not. */
export function signedWrong(
  plugin: Signer,
  auth: Signer,
  now: number,
): Forgeries {
  const user = {
    header: { typ: 'vnd.backstage.limited-user', alg: 'ES256', kid: auth.kid },
    claims: { sub: 'user:default/ada', iat: now, exp: now + 600 },
  };
  const limited = (claims: Members = {}, header: Members = {}, by = auth) =>
    es256(by, { ...user.header, ...header }, { ...user.claims, ...claims });
  const of = (claims: Members = {}, header: Members = {}, by = plugin) =>
    es256(
      by,
      { typ: 'vnd.backstage.plugin', alg: 'ES256', kid: plugin.kid, ...header },
      {
        ...{ sub: 'evenkeel', aud: 'evenkeel-api', iat: now, exp: now + 600 },
        ...{ obo: limited(), ...claims },
      },
    );
  const elsewhere = newSigner(auth.kid);
  const tokens: Record<string, string> = {
    'another aud': of({ aud: 'evenkeel' }),
    'an aud among others': of({ aud: ['evenkeel-api', 'catalog'] }),
    'no aud': of({ aud: undefined }),
    'typ of a user': of({}, { typ: 'vnd.backstage.user' }),
    'no typ': of({}, { typ: undefined }),
    'a plugin that may not act for people': of({ sub: 'catalog' }),
    'a plugin that Evenkeel does not know': of({ sub: 'notifications' }),
    'a plugin that is none': of({ sub: '../auth' }),
    'no sub': of({ sub: undefined }),
    'a plugin that acts for people alone, by itself': of({
      ...{ sub: 'scaffolder', obo: undefined },
    }),
    expired: of({ iat: now - 7200, exp: now - 3600 }),
    'no exp': of({ exp: undefined }),
    'a life of two days': of({ exp: now + 172_800 }),
    'made in the future': of({ iat: now + 600 }),
    'not good yet': of({ nbf: now + 600 }),
    'no iat': of({ iat: undefined }),
    'an extension that is critical': of({}, { crit: ['exp'] }),
    "the key of people's tokens": of({}, { kid: auth.kid }, auth),
    "a person signed by the plugin's key": of({
      obo: limited({}, { kid: plugin.kid }, plugin),
    }),
    "a person of another portal's key": of({ obo: limited({}, {}, elsewhere) }),
    'a person who is expired': of({
      obo: limited({ iat: now - 7200, exp: now - 3600 }),
    }),
    'a person without an end': of({ obo: limited({ exp: undefined }) }),
    'a person who is a group': of({
      obo: limited({ sub: 'group:default/ops' }),
    }),
    'a person without a namespace': of({ obo: limited({ sub: 'ada' }) }),
    "a person's full token inside": of({
      obo: limited({ aud: 'backstage' }, { typ: 'vnd.backstage.user' }),
    }),
    "a plugin's token inside": of({ obo: of() }),
    'a person within the person': of({ obo: limited({ obo: limited() }) }),
    'a person who is empty': of({ obo: '' }),
    'a person who is no text': of({ obo: { sub: 'user:default/ada' } }),
  };
  return Object.fromEntries(
    Object.entries(tokens).map(([name, token]) => [name, bearer(token)]),
  );
}

/** What the portal's own backend is to refuse, at what leads to the API. */
export function atThePortal(genuine: Genuine): Forgeries {
  const { ada, user, key } = genuine;
  const { header, claims } = parsed(user);
  const sam = { sub: 'user:default/sam' };
  const own = newSigner(String(header.kid));
  const tokens: Record<string, string> = {
    'an empty token': '',
    nonsense: 'nonsense',
    'no signature': withPart(user, 2, ''),
    'alg none': withPart(headed(user, { alg: 'none' }), 2, ''),
    "HS256 with the portal's public key": hs256(
      JSON.stringify(key),
      header,
      claims,
    ),
    "another key under the portal's key id": es256(own, header, {
      ...claims,
      ...sam,
    }),
    'another person in the claims': claiming(user, sam),
    'another issuer': claiming(user, { iss: 'https://portal.example' }),
    'another aud': claiming(user, { aud: 'evenkeel' }),
    'a longer life': claiming(user, { exp: Number(claims.exp) + 3600 }),
    'typ of a plugin': headed(user, { typ: 'vnd.backstage.plugin' }),
    'typ of a limited token': headed(user, {
      typ: 'vnd.backstage.limited-user',
    }),
    'no typ': headed(user, { typ: undefined }),
    "another token's signature": withPart(user, 2, ada.split('.')[2]),
    'the limited token': String(parsed(ada).claims.obo),
    'the token that went on to the API': ada,
    'a token for another plugin, with the person': genuine.elsewhere,
    'a token of the API': genuine.administrator,
  };
  return {
    'no token': [],
    ...Object.fromEntries(
      Object.entries(tokens).map(([name, token]) => [name, bearer(token)]),
    ),
    'the token in a cookie': ['Cookie', `backstage-auth=${user}`],
    'the token under another scheme': ['Authorization', `Basic ${user}`],
    ...claimed,
  };
}

/** What the portal's own keys have signed, and its backend is to refuse. */
export function signedWrongAtThePortal(
  plugin: Signer,
  auth: Signer,
  now: number,
): Forgeries {
  const user = (claims: Members = {}, header: Members = {}, by = auth) =>
    es256(
      by,
      { typ: 'vnd.backstage.user', alg: 'ES256', kid: auth.kid, ...header },
      {
        ...{ sub: 'user:default/ada', aud: 'backstage' },
        ...{ iat: now, exp: now + 600, ...claims },
      },
    );
  const service = (claims: Members = {}, header: Members = {}, by = plugin) =>
    es256(
      by,
      { typ: 'vnd.backstage.plugin', alg: 'ES256', kid: plugin.kid, ...header },
      {
        ...{ sub: 'search', aud: 'evenkeel' },
        ...{ iat: now, exp: now + 600, ...claims },
      },
    );
  const tokens: Record<string, string> = {
    'a person who is expired': user({ iat: now - 7200, exp: now - 3600 }),
    'a person without an end': user({ exp: undefined }),
    'a person who is not good yet': user({ nbf: now + 600 }),
    'nobody as the person': user({ sub: undefined }),
    'a person without their limited token': user(),
    'a person who is a group': user({
      ...{ sub: 'group:default/platform', uip: 'AAAA' },
    }),
    "a person signed by a plugin's key": user({}, { kid: plugin.kid }, plugin),
    'a plugin for itself': service(),
    'a plugin for itself, for another': service({ aud: 'catalog' }),
    'a plugin that is expired': service({ iat: now - 7200, exp: now - 3600 }),
    "a plugin signed by the key of people's tokens": service(
      {},
      { kid: auth.kid },
      auth,
    ),
    'a plugin that is none': service({ sub: '../auth' }),
    'a plugin for a person who is forged': service({
      obo: user({}, { typ: 'vnd.backstage.limited-user' }, newSigner(auth.kid)),
    }),
  };
  return Object.fromEntries(
    Object.entries(tokens).map(([name, token]) => [name, bearer(token)]),
  );
}
