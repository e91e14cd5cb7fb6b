import { useApi } from '@backstage/frontend-plugin-api';
import {
  QueryCache,
  QueryClient,
  QueryClientProvider,
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type Query,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { evenkeelApiRef, type EvenkeelApi } from './api';
import { againAfter, cameBack, isAway } from './away';

/** How long what was read is shown without asking again, in milliseconds. */
const FRESH = 15_000;
/** How often what is on a page is read again, in milliseconds. */
export const AGAIN = 60_000;

// What was read belongs to the API that it was read from: one for each app, and for each test.
const clients = new WeakMap<EvenkeelApi, QueryClient>();

function clientOf(api: EvenkeelApi): QueryClient {
  let client = clients.get(api);
  if (!client) {
    client = newClient();
    clients.set(api, client);
  }
  return client;
}

function newClient(): QueryClient {
  // Whoever looks at the page again, or has a network again, does not wait for the next time.
  const atOnce = (query: Query) =>
    isAway(query.state.error) ? 'always' : true;
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onSuccess: (_, query) => {
        if (cameBack(query)) {
          // What else the API did not answer it answers by now.
          client.refetchQueries(
            { type: 'active', predicate: of => isAway(of.state.error) },
            { cancelRefetch: false },
          );
        }
      },
    }),
    defaultOptions: {
      queries: {
        // The API's client tries again by itself, as Retry-After says.
        retry: false,
        staleTime: FRESH,
        refetchOnWindowFocus: atOnce,
        refetchOnReconnect: atOnce,
      },
      mutations: { retry: false },
    },
  });
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
    refetchInterval: query => againAfter(query, options.again ?? AGAIN),
    placeholderData: keepPreviousData,
  });
}

/** A change that somebody makes, and how it went. */
export type Change<In, Out> = UseMutationResult<Out, Error, In>;

/**
 * Changes something through the API. What was read whose key begins with one of `touches` is read
 * again afterwards, also where the change was refused: somebody else may have been first.
 *
 * @param options - `becomes` is the key of what the change answers with: it stands there from then
 *   on, so that what is done next begins from it, also where it cannot be read again
 */
export function useChange<In, Out>(
  change: (api: EvenkeelApi, input: In) => Promise<Out>,
  options: {
    touches: readonly (readonly unknown[])[];
    becomes?: readonly unknown[];
    onDone?: (made: Out) => void;
  },
): Change<In, Out> {
  const api = useApi(evenkeelApiRef);
  const queries = useQueryClient();
  return useMutation<Out, Error, In>({
    mutationFn: input => change(api, input),
    onSuccess: made => {
      if (options.becomes) {
        queries.setQueryData(['evenkeel', ...options.becomes], made);
      }
      options.onDone?.(made);
    },
    onSettled: () =>
      Promise.all(
        options.touches.map(key =>
          queries.invalidateQueries({ queryKey: ['evenkeel', ...key] }),
        ),
      ),
  });
}
