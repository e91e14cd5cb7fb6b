import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { World, page, refuse, show } from '../testing';
import { ScorecardsPage } from './ScorecardsPage';
import { card, service, waiting } from './testing';

const mount = '/evenkeel/scorecards';
const at = `${mount}/exemptions`;

function world() {
  return new World()
    .as('sam', ['platform'])
    .on('get', '/v1/scorecards', page(card))
    .on('get', '/v1/teams', page())
    .on('get', '/v1/exemptions', asked =>
      asked.query.get('state') === 'waiting' ? page(waiting) : page(),
    );
}

describe('the exemptions', () => {
  it('lets who keeps the scorecard approve one, in the version that they saw', async () => {
    const of = world().on('post', '/v1/exemptions/{exemption}/approve', {
      ...waiting,
      state: 'in_force',
      version: 8,
    });
    await show(<ScorecardsPage />, of, { mount, at });
    const table = await screen.findByRole('list', {
      name: 'Waiting for a decision',
    });
    // It can be pressed once it is known who is signed in.
    const approve = () =>
      within(table).getByRole('button', { name: 'Approve' });
    await waitFor(() => expect(approve()).toBeEnabled());
    await userEvent.click(approve());
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('The wiki moves.');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Approve' }),
    );
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    const [sent] = of.sent('post', '/v1/exemptions/exemption-1/approve');
    expect(sent.ifMatch).toBe('"7"');
  });

  it('shows what somebody else changed meanwhile', async () => {
    const of = world().on(
      'post',
      '/v1/exemptions/{exemption}/reject',
      refuse(412, 'version_mismatch', { diff: '-waiting\n+in_force' }),
    );
    await show(<ScorecardsPage />, of, { mount, at });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Reject' }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Reject' }),
    );
    expect(
      await within(dialog).findByText('Somebody else was first'),
    ).toBeInTheDocument();
    expect(dialog).toHaveTextContent('+in_force');
  });

  it('leaves to somebody else what one asked for oneself', async () => {
    await show(<ScorecardsPage />, world().as('ada', ['platform']), {
      mount,
      at,
    });
    expect(
      await screen.findByRole('button', { name: 'Take it back' }),
    ).toBeEnabled();
    expect(
      screen.getByText('You asked for it: another person decides.'),
    ).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Approve' })).toBeDisabled();
  });

  it('lets those end one who may, and tells others who that is', async () => {
    const of = () =>
      world()
        .on('get', '/v1/exemptions', asked =>
          asked.query.get('state') === 'in_force'
            ? page({ ...waiting, state: 'in_force' as const })
            : page(),
        )
        .on('get', '/v1/services/{service}', service);
    await show(<ScorecardsPage />, of().as('grace', ['search']), {
      mount,
      at,
    });
    const end = await screen.findByRole('button', { name: 'End it' });
    await waitFor(() =>
      expect(end).toHaveAccessibleDescription(
        `Members of ${service.team.slug} end it, or who approves.`,
      ),
    );
    expect(end).toBeDisabled();
  });

  it('tells others who decides', async () => {
    await show(<ScorecardsPage />, world().as('grace', ['search']), {
      mount,
      at,
    });
    const approve = await screen.findByRole('button', { name: 'Approve' });
    await waitFor(() => expect(approve).toBeDisabled());
    expect(approve).toHaveAccessibleDescription(
      'A member of platform or an administrator decides.',
    );
  });

  it('says that nothing waits', async () => {
    await show(
      <ScorecardsPage />,
      world().on('get', '/v1/exemptions', page()),
      { mount, at },
    );
    expect(
      await screen.findByRole('heading', { name: 'Nothing waits' }),
    ).toBeInTheDocument();
  });
});
