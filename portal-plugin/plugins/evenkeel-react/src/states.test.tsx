import { ProblemError } from '@evenkeel/client';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { Read } from './queries';
import { Shown } from './states';

function read(of: Partial<Read<string>>): Read<string> {
  return {
    data: undefined,
    error: null,
    dataUpdatedAt: 0,
    refetch: async () => of,
    ...of,
  } as Read<string>;
}

const refused = (status: number, code: string) =>
  new ProblemError({
    type: 'about:blank',
    title: 'x',
    status,
    code,
    detail: `detail of ${code}`,
    requestId: 'r1',
  });

function show(of: Partial<Read<string>>) {
  return renderInTestApp(
    <Shown what="The SLOs" read={read(of)}>
      {data => <p>{data}</p>}
    </Shown>,
  );
}

it('says what is waited for', async () => {
  await show({});
  expect(
    await screen.findByRole('status', { name: 'Loading The SLOs' }),
  ).toBeInTheDocument();
});

it('shows what was read', async () => {
  await show({ data: 'three of them' });
  expect(await screen.findByText('three of them')).toBeInTheDocument();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

it('shows what was read before, and since when, where the API is down', async () => {
  await show({
    data: 'three of them',
    error: refused(502, 'evenkeel_unreachable'),
    dataUpdatedAt: Date.now() - 2 * 3_600_000,
  });
  expect(await screen.findByText('three of them')).toBeInTheDocument();
  expect(screen.getByRole('status')).toHaveTextContent(
    'As it was 2 hours ago: Evenkeel does not answer.',
  );
});

it('says beside what was read before why it is not read again', async () => {
  await show({
    data: 'three of them',
    error: refused(401, 'portal_unauthenticated'),
  });
  expect(await screen.findByText('three of them')).toBeInTheDocument();
  expect(screen.getByRole('alert')).toHaveTextContent('Your session is over');
  expect(
    screen.getByRole('button', { name: 'Sign in again' }),
  ).toBeInTheDocument();
});

it.each([
  [403, 'forbidden', 'Not for you to see', 'detail of forbidden'],
  [404, 'not_found', 'Not here', 'detail of not_found'],
  [
    502,
    'evenkeel_unreachable',
    'Evenkeel does not answer',
    'The portal reaches no Evenkeel API.',
  ],
  [500, 'internal', 'The SLOs cannot be shown', 'detail of internal'],
  [
    401,
    'portal_unauthenticated',
    'Your session is over',
    'until you have signed in again',
  ],
])('says why after %d %s', async (status, code, title, text) => {
  await show({ error: refused(status, code) });
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent(title);
  expect(alert).toHaveTextContent(text);
  expect(alert).toHaveTextContent('Request r1');
});

it('tries again when asked to', async () => {
  const again = jest.fn();
  await show({
    error: refused(500, 'internal'),
    refetch: again as unknown as Read<string>['refetch'],
  });
  await userEvent.click(
    await screen.findByRole('button', { name: 'Try again' }),
  );
  expect(again).toHaveBeenCalledTimes(1);
});
