import type { Evenkeel } from './client';
import type { paths } from './schema.gen';

/** What an answer to GET is, by path. */
type Answer<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer B } } } };
}
  ? B
  : never;

/** The paths of lists that come in pages. */
export type ListPath = {
  [P in keyof paths]: Answer<P> extends {
    items: unknown[] | null;
    next?: string;
  }
    ? P
    : never;
}[keyof paths];

/** An item of the list at a path. */
export type ItemOf<P extends ListPath> = Answer<P> extends {
  items: (infer T)[] | null;
}
  ? T
  : never;

/** The parameters of the list at a path, but for where a page begins. */
export type ListParams<P extends ListPath> = paths[P] extends {
  get: { parameters: infer A };
}
  ? {
      [K in keyof A as K extends 'path' | 'query'
        ? K
        : never]: K extends 'query' ? Omit<NonNullable<A[K]>, 'after'> : A[K];
    }
  : never;

/**
 * Goes through a list, page by page as it is needed:
 * `for await (const service of items(api, '/v1/services', { query: { team: 'payments' } }))`.
 * What is made or removed meanwhile may or may not come; nothing comes twice.
 */
export async function* items<P extends ListPath>(
  api: Evenkeel,
  path: P,
  params: ListParams<P> = {} as ListParams<P>,
  signal?: AbortSignal,
): AsyncGenerator<ItemOf<P>, void, undefined> {
  let after: string | undefined;
  do {
    const { path: names, query } = params as { path?: object; query?: object };
    // The method's type follows from a path that is known; here it is any of the lists.
    const get = api.GET as unknown as (
      path: string,
      init: object,
    ) => Promise<{ data: { items: ItemOf<P>[] | null; next?: string } }>;
    const { data } = await get(path, {
      params: { path: names, query: { ...query, after } },
      signal,
    });
    yield* data.items ?? [];
    after = data.next || undefined;
  } while (after);
}
