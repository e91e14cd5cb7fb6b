/** What a call came to, as the client gives it. */
export type Reply<T> = Promise<{ data?: T; response: Response }>;

/** A thing with its version. */
export type Versioned<T> = {
  value: T;
  /** Its version, for `ifMatch`. */
  etag: string;
};

/** Returns what the API answered with: `await value(api.GET('/v1/services/{service}', …))`. */
export async function value<T>(reply: Reply<T>): Promise<T> {
  return (await reply).data as T;
}

/** Returns what the API answered with, with its version. */
export async function versioned<T>(reply: Reply<T>): Promise<Versioned<T>> {
  const { data, response } = await reply;
  const etag = response.headers.get('ETag');
  if (etag === null) {
    throw new Error(
      `${response.url} answered without an ETag: what it is has no version`,
    );
  }
  return { value: data as T, etag };
}

/**
 * The header that makes a change conditional: it is refused with 412, "version_mismatch", where
 * somebody else was first.
 */
export function ifMatch(etag: string): { 'If-Match': string } {
  return { 'If-Match': etag };
}
