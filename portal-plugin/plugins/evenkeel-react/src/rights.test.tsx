import { evenkeel, type Schemas } from '@evenkeel/client';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { act, screen } from '@testing-library/react';

import { evenkeelApiRef } from './api';
import { EvenkeelRoot } from './queries';
import { RightButton, belongs, useMe } from './rights';

const ada: Schemas['Me'] = {
  kind: 'person',
  administrator: false,
  name: 'Ada',
  person: { id: 'person-ada', name: 'Ada' },
  scopes: [],
  teams: [{ id: 'team-payments', slug: 'payments', name: 'Payments' }],
};

function OfTeam(props: { team: string }) {
  const me = useMe();
  return (
    <RightButton
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

/** Shows the button of a team; gives what answers who is signed in. */
async function show(team: string) {
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
    <EvenkeelRoot>
      <OfTeam team={team} />
    </EvenkeelRoot>,
    { apis: [[evenkeelApiRef, api]] },
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
