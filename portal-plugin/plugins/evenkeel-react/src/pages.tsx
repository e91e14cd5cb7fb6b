import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import {
  useInfiniteQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query';
import { useEffect } from 'react';

import { evenkeelApiRef, type EvenkeelApi } from './api';
import { againAfter } from './away';
import layout from './layout.module.css';
import { AGAIN } from './queries';
import { evenkeelReactTranslationRef } from './translation';

/** A page of a list of the API. */
export type Page<T> = { items: T[] | null; next?: string };

/** A list that is read page by page. */
export type Pages<T> = UseInfiniteQueryResult<T[], Error>;

/**
 * Reads a list page by page: the first at once, others when they are asked for, or all of them,
 * one after the other, while the first ones are already there.
 *
 * @param key - names what is read
 * @param read - reads the page after the cursor
 * @param options - `until` tells of what was read whether that is enough: until then, other pages
 *   are read without being asked for; never, where it reads `all`
 */
export function usePages<T>(
  key: readonly unknown[],
  read: (
    api: EvenkeelApi,
    after: string | undefined,
    signal: AbortSignal,
  ) => Promise<Page<T>>,
  options: {
    all?: boolean;
    until?: (found: readonly T[]) => boolean;
    enabled?: boolean;
  } = {},
): Pages<T> {
  const api = useApi(evenkeelApiRef);
  const pages = useInfiniteQuery<
    Page<T>,
    Error,
    T[],
    readonly unknown[],
    string | undefined
  >({
    queryKey: ['evenkeel', ...key, 'pages'],
    queryFn: ({ pageParam, signal }) => read(api, pageParam, signal),
    initialPageParam: undefined,
    getNextPageParam: page => page.next || undefined,
    select: (data: InfiniteData<Page<T>, string | undefined>) =>
      data.pages.flatMap(page => page.items ?? []),
    enabled: options.enabled ?? true,
    // A list that is narrowed stays until the narrower one is there; that there is nothing of one
    // says nothing of the other.
    placeholderData: before =>
      before?.pages.some(page => page.items?.length) ? before : undefined,
    // A list is read again as what stands alone is, a page at a time: one of many pages is not
    // asked for more often than one of few.
    refetchInterval: query =>
      againAfter(query, AGAIN * (query.state.data?.pages.length ?? 1)),
  });
  const { hasNextPage, isFetching, isError, fetchNextPage, dataUpdatedAt } =
    pages;
  const { until = () => !options.all } = options;
  const goOn =
    hasNextPage && !isFetching && !isError && !until(pages.data ?? []);
  useEffect(() => {
    if (goOn) {
      fetchNextPage();
    }
    // A page that came so fast that nobody saw it being fetched changes this time alone.
  }, [goOn, fetchNextPage, pages.data, dataUpdatedAt]);
  return pages;
}

/** Asks for the next page of a list; nothing where there is none. */
export function More<T>(props: { of: Pages<T> }) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const { of } = props;
  if (!of.hasNextPage) {
    return null;
  }
  return (
    <div className={layout.more}>
      <Button
        variant="secondary"
        isPending={of.isFetchingNextPage}
        onPress={() => of.fetchNextPage()}
      >
        {t('list.more')}
      </Button>
    </div>
  );
}
