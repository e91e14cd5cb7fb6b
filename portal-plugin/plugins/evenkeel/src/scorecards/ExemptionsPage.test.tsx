import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { World, may, mayNot, page, refuse, show } from '../testing';
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

  it('shows what somebody else changed, once, and keeps what was typed', async () => {
    const of = world().on(
      'post',
      '/v1/exemptions/{exemption}/reject',
      refuse(412, 'version_mismatch', { diff: '-January\n+February' }),
    );
    await show(<ScorecardsPage />, of, { mount, at });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Reject' }),
    );
    const dialog = await screen.findByRole('dialog');
    const reason = within(dialog).getByLabelText(/^Reason/);
    await userEvent.type(reason, 'It is written already.');
    of.on('get', '/v1/exemptions/{exemption}', { ...waiting, version: 8 });
    const reject = within(dialog).getByRole('button', { name: 'Reject' });
    await userEvent.click(reject);
    expect(
      await within(dialog).findByText('Somebody else was first'),
    ).toBeInTheDocument();
    expect(dialog).toHaveTextContent('+February');
    expect(within(dialog).getAllByRole('alert')).toHaveLength(1);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Go on from theirs' }),
    );
    expect(within(dialog).queryByRole('alert')).not.toBeInTheDocument();
    expect(reason).toHaveValue('It is written already.');
    await userEvent.click(reject);
    await waitFor(() =>
      expect(
        of
          .sent('post', '/v1/exemptions/exemption-1/reject')
          .map(({ ifMatch, body }) => [ifMatch, body]),
      ).toEqual([
        ['"7"', { reason: 'It is written already.' }],
        ['"8"', { reason: 'It is written already.' }],
      ]),
    );
  });

  it('stays open with what was typed where another decided first, and says what', async () => {
    const decided = {
      ...waiting,
      state: 'in_force' as const,
      approval: {
        at: '2026-11-28T00:00:00Z',
        by: 'Grace',
        personId: 'person-grace',
        reason: '',
      },
      acts: mayNot(
        'exemption_decided',
        'the exemption does not wait any more: it is in force',
        'approve',
        'reject',
      ),
      version: 8,
    };
    const of = world().on(
      'post',
      '/v1/exemptions/{exemption}/reject',
      refuse(409, 'exemption_decided', { detail: 'it is decided on' }),
    );
    await show(<ScorecardsPage />, of, { mount, at });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Reject' }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(within(dialog).getByLabelText(/^Reason/), 'No.');
    // It leaves the list under the dialog.
    of.on('get', '/v1/exemptions', page()).on(
      'get',
      '/v1/exemptions/{exemption}',
      decided,
    );
    const reject = within(dialog).getByRole('button', { name: 'Reject' });
    await userEvent.click(reject);
    expect(
      await within(dialog).findByText(
        'The exemption does not wait any more: it is in force. Approved by Grace.',
      ),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('list', {
        name: 'Waiting for a decision',
        hidden: true,
      }),
    ).not.toBeInTheDocument();
    expect(within(dialog).getByLabelText(/^Reason/)).toHaveValue('No.');
    expect(within(dialog).getAllByRole('alert')).toHaveLength(1);
    expect(reject).toBeDisabled();
  });

  it('leaves to somebody else what one asked for oneself', async () => {
    const mine = {
      ...waiting,
      acts: [
        ...mayNot('own_exemption', 'who asked cannot', 'approve', 'reject'),
        ...may('end'),
      ],
    };
    await show(
      <ScorecardsPage />,
      world().on('get', '/v1/exemptions', asked =>
        asked.query.get('state') === 'waiting' ? page(mine) : page(),
      ),
      { mount, at },
    );
    expect(
      await screen.findByRole('button', { name: 'Take it back' }),
    ).toBeEnabled();
    // It is said once, and is of both buttons.
    const seen = await screen.findAllByText(
      'You asked for it: another person decides.',
    );
    expect(seen.filter(e => !e.hidden)).toHaveLength(1);
    for (const name of ['Approve', 'Reject']) {
      const button = screen.getByRole('button', { name });
      expect(button).toBeDisabled();
      expect(button).toHaveAccessibleDescription(
        'You asked for it: another person decides.',
      );
    }
  });

  it('tells others who ends one', async () => {
    const theirs = {
      ...waiting,
      state: 'in_force' as const,
      acts: mayNot('forbidden', 'only members of the owning team', 'end'),
    };
    const of = world()
      .on('get', '/v1/exemptions', asked =>
        asked.query.get('state') === 'in_force' ? page(theirs) : page(),
      )
      .on('get', '/v1/services/{service}', service);
    await show(<ScorecardsPage />, of, { mount, at });
    const end = await screen.findByRole('button', { name: 'End it' });
    await waitFor(() =>
      expect(end).toHaveAccessibleDescription(
        `Members of ${service.team.slug} end it, or who approves.`,
      ),
    );
    expect(end).toBeDisabled();
  });

  it('tells others who decides, and in the words of the API where the scorecard cannot be read', async () => {
    const theirs = {
      ...waiting,
      acts: mayNot(
        'forbidden',
        'only members of the owning team may do it',
        'approve',
        'reject',
      ),
    };
    const of = () =>
      world().on('get', '/v1/exemptions', asked =>
        asked.query.get('state') === 'waiting' ? page(theirs) : page(),
      );
    const { unmount } = await show(<ScorecardsPage />, of(), { mount, at });
    const approve = await screen.findByRole('button', { name: 'Approve' });
    await waitFor(() =>
      expect(approve).toHaveAccessibleDescription(
        'A member of platform or an administrator decides.',
      ),
    );
    expect(approve).toBeDisabled();
    unmount();
    await show(
      <ScorecardsPage />,
      of().on('get', '/v1/scorecards', refuse(403, 'forbidden')),
      { mount, at },
    );
    expect(
      await screen.findAllByText('Only members of the owning team may do it.'),
    ).not.toHaveLength(0);
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
