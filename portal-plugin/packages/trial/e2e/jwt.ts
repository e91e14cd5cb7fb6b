import {
  createHmac,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';

/** The members of the header or the claims of a token. */
export type Members = Record<string, unknown>;

/** A key to sign with, and its name. */
export type Signer = {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
};

/** A new key, of the kind that Backstage has. */
export function newSigner(kid: string): Signer {
  return { kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}

/** A part of a token. */
export function encoded(members: unknown): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url');
}

/** What a token says, whoever signed it. */
export function parsed(token: string): { header: Members; claims: Members } {
  const [header, claims] = token
    .split('.', 2)
    .map(part => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, claims };
}

/** A token that is signed as Backstage signs. */
export function es256(by: Signer, header: Members, claims: unknown): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(input), {
    key: by.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

/** A token that is signed with a secret, for which somebody may take a public key. */
export function hs256(
  secret: string | Buffer,
  header: Members,
  claims: unknown,
): string {
  const input = `${encoded({ ...header, alg: 'HS256' })}.${encoded(claims)}`;
  const mac = createHmac('sha256', secret).update(input);
  return `${input}.${mac.digest('base64url')}`;
}

/** A token with one of its three parts changed. */
export function withPart(token: string, at: 0 | 1 | 2, part: string): string {
  const parts = token.split('.');
  parts[at] = part;
  return parts.join('.');
}

/** A token with other claims and the signature that it had. */
export function claiming(token: string, claims: Members): string {
  return withPart(token, 1, encoded({ ...parsed(token).claims, ...claims }));
}

/** A token with another header and the signature that it had. */
export function headed(token: string, header: Members): string {
  return withPart(token, 0, encoded({ ...parsed(token).header, ...header }));
}
