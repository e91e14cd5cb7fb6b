import { evenkeel, type Schemas } from '@evenkeel/client';
import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
// Only tests need it.
// eslint-disable-next-line @backstage/no-undeclared-imports
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { act, screen, waitFor } from '@testing-library/react';
// As above: the portal's answers are kept in it beyond a test.
// eslint-disable-next-line @backstage/no-undeclared-imports
import { SWRConfig } from 'swr';

import { evenkeelApiRef } from './api';
import { EvenkeelRoot } from './queries';
import { RightButton, belongs, useDenied, useMe } from './rights';

const ada: Schemas['Me'] = {
  kind: 'person',
  administrator: false,
  name: 'Ada',
  person: { id: 'person-ada', name: 'Ada' },
  scopes: [],
  teams: [{ id: 'team-payments', slug: 'payments', name: 'Payments' }],
};

function OfTeam(props: { team: string; said?: boolean }) {
  const me = useMe();
  return (
    <RightButton
      said={props.said}
      reason={
        belongs(me.data, props.team)
          ? undefined
          : `For members of ${props.team}.`
      }
    >
      Deploy
    </RightButton>
  );
}

function Denied() {
  return <p>{useDenied() ?? 'The portal lets you.'}</p>;
}

/** Shows the button of a team; gives what answers who is signed in. */
async function show(
  team: string,
  options: { said?: boolean; denied?: boolean } = {},
) {
  const authorize = options.denied
    ? AuthorizeResult.DENY
    : AuthorizeResult.ALLOW;

  let answer = (_: Response) => {};
  const reply = new Promise<Response>(resolve => {
    answer = resolve;
  });
  const api = evenkeel({
    baseUrl: 'http://evenkeel.test',
    retry: { attempts: 1 },
    fetch: () => reply,
  });
  await renderInTestApp(
    <SWRConfig value={{ provider: () => new Map() }}>
      <EvenkeelRoot>
        <OfTeam team={team} said={options.said} />
        <Denied />
      </EvenkeelRoot>
    </SWRConfig>,
    {
      apis: [[evenkeelApiRef, api], mockApis.permission({ authorize })],
    },
  );
  const button = await screen.findByRole('button', { name: 'Deploy' });
  return {
    button,
    answer: (response: Response) =>
      act(async () => {
        answer(response);
        await reply;
      }),
  };
}

it('refuses nobody before it is known who they are, and stays the same button then', async () => {
  const { button, answer } = await show('payments');
  expect(button).toBeDisabled();
  expect(screen.queryByText(/For members/)).not.toBeInTheDocument();
  await answer(Response.json(ada));
  expect(await screen.findByRole('button', { name: 'Deploy' })).toBe(button);
  expect(button).toBeEnabled();
});

it('tells others who may', async () => {
  const { button, answer } = await show('search');
  await answer(Response.json(ada));
  expect(await screen.findByText('For members of search.')).toBeVisible();
  expect(button).toBeDisabled();
  expect(button).toHaveAccessibleDescription('For members of search.');
});

it('does not guess where it cannot be known', async () => {
  const { button, answer } = await show('payments');
  await answer(new Response('', { status: 500 }));
  expect(
    await screen.findByText('Evenkeel does not say who you are just now.'),
  ).toBeVisible();
  expect(button).toBeDisabled();
});

it('says what stands beside already to who hears the page or points at it alone', async () => {
  const { button, answer } = await show('search', { said: true });
  await answer(Response.json(ada));
  await waitFor(() =>
    expect(button).toHaveAccessibleDescription('For members of search.'),
  );
  expect(button).toBeDisabled();
  expect(screen.getByText('For members of search.')).not.toBeVisible();
  expect(screen.getByTitle('For members of search.')).toContainElement(button);
});

it('tells whom the portal lets change nothing that it is the portal', async () => {
  const portal =
    /^Your portal does not let you change anything.* evenkeel\.change$/;
  const { button, answer } = await show('payments', {
    denied: true,
  });
  await answer(Response.json(ada));
  await waitFor(() => expect(button).toHaveAccessibleDescription(portal));
  expect(button).toBeDisabled();
  // At the button, and where a page asks.
  expect(screen.getAllByText(portal)).toHaveLength(2);
  expect(screen.queryByText('The portal lets you.')).not.toBeInTheDocument();
});
