import { ProblemError } from '@evenkeel/client';
import { useApi } from '@backstage/frontend-plugin-api';
import {
  QueryClient,
  QueryClientProvider,
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { evenkeelApiRef, type EvenkeelApi } from './api';

/** How long what was read is shown without asking again, in milliseconds. */
const FRESH = 15_000;
/** How often what is on a page is read again, in milliseconds. */
const AGAIN = 60_000;
/** How often that is where the API did not answer, so that a page goes on by itself. */
const AWAY_AGAIN = 5_000;

// What was read belongs to the API that it was read from: one for each app, and for each test.
const clients = new WeakMap<EvenkeelApi, QueryClient>();

function clientOf(api: EvenkeelApi): QueryClient {
  let client = clients.get(api);
  if (!client) {
    client = new QueryClient({
      defaultOptions: {
        // The API's client tries again by itself, as Retry-After says.
        queries: { retry: false, staleTime: FRESH, refetchOnReconnect: true },
        mutations: { retry: false },
      },
    });
    clients.set(api, client);
  }
  return client;
}

/**
 * What every page and card of Evenkeel stands in: all of them share what was read, so that two
 * cards that show the same thing ask once.
 */
export function EvenkeelRoot(props: { children: ReactNode }) {
  return (
    <QueryClientProvider client={clientOf(useApi(evenkeelApiRef))}>
      {props.children}
    </QueryClientProvider>
  );
}

/** What is being read, and how that went. */
export type Read<T> = UseQueryResult<T, Error>;

/**
 * Reads from the API and keeps it up to date while the page is looked at.
 *
 * @param key - names what is read: the path and its parameters
 * @param read - reads it; it passes on the signal, so that a page that is left asks no more
 */
export function useRead<T>(
  key: readonly unknown[],
  read: (api: EvenkeelApi, signal: AbortSignal) => Promise<T>,
  options: { enabled?: boolean; again?: number | false } = {},
): Read<T> {
  const api = useApi(evenkeelApiRef);
  return useQuery<T, Error>({
    queryKey: ['evenkeel', ...key],
    queryFn: ({ signal }) => read(api, signal),
    enabled: options.enabled ?? true,
    refetchInterval: query =>
      againAfter(query.state.error, options.again ?? AGAIN),
    placeholderData: keepPreviousData,
  });
}

/** A change that somebody makes, and how it went. */
export type Change<In, Out> = UseMutationResult<Out, Error, In>;

/**
 * Changes something through the API. What was read whose key begins with one of `touches` is read
 * again afterwards, also where the change was refused: somebody else may have been first.
 */
export function useChange<In, Out>(
  change: (api: EvenkeelApi, input: In) => Promise<Out>,
  options: {
    touches: readonly (readonly unknown[])[];
    onDone?: (made: Out) => void;
  },
): Change<In, Out> {
  const api = useApi(evenkeelApiRef);
  const queries = useQueryClient();
  return useMutation<Out, Error, In>({
    mutationFn: input => change(api, input),
    onSuccess: options.onDone,
    onSettled: () =>
      Promise.all(
        options.touches.map(key =>
          queries.invalidateQueries({ queryKey: ['evenkeel', ...key] }),
        ),
      ),
  });
}

/**
 * Milliseconds after which something is read again: soon where the API did not answer the last
 * time, otherwise as `usual` says.
 */
export function againAfter(
  error: Error | null,
  usual: number | false,
): number | false {
  return error && isAway(error) ? AWAY_AGAIN : usual;
}

/** Whether the API did not answer, or the portal did not: what passes by itself. */
export function isAway(error: Error): boolean {
  const problem = problemIn(error);
  return !problem || [502, 503, 504].includes(problem.status);
}

/** Returns what the API said where an error is its refusal. */
export function problemIn(error: unknown): ProblemError | undefined {
  return error instanceof ProblemError ? error : undefined;
}
