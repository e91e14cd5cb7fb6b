import type { Schemas } from '@evenkeel/client';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { World, may, mayNot, page, refuse, show } from '../testing';
import { ScorecardsPage } from './ScorecardsPage';
import { card, service } from './testing';

const mount = '/evenkeel/scorecards';
const at = `${mount}/launch-reviews/review-1`;
const one = '/v1/launch-reviews/{launchReview}' as const;

const review: Schemas['LaunchReview'] = {
  id: 'review-1',
  service: { id: 'id-checkout', slug: 'checkout' },
  scorecard: { id: 'id-readiness', slug: 'readiness' },
  revisionId: 'revision-1',
  level: 'Silver',
  plannedOn: '2027-01-15',
  note: 'A new checkout.',
  state: 'waiting',
  evidence: {
    at: '2026-11-27T00:00:00Z',
    level: 'Silver',
    meets: true,
    score: 100,
    checks: [],
  },
  askedAt: '2026-11-27T00:00:00Z',
  personId: 'person-ada',
  askedBy: 'Ada',
  conditions: [],
  acts: may('sign_off', 'reject'),
  version: 4,
};

const signedOff: Schemas['LaunchReview'] = {
  ...review,
  state: 'signed_off',
  decision: {
    at: '2026-11-28T00:00:00Z',
    by: 'Grace',
    personId: 'person-grace',
    reason: '',
    until: '2027-05-01T00:00:00Z',
  },
  conditions: [
    { text: 'The drill is done.', dueOn: '2027-01-10', overdue: false },
    { text: 'The runbook is read.', dueOn: '2027-01-11', overdue: false },
  ],
  acts: mayNot(
    'launch_review_decided',
    'decided on already, by Grace',
    'reject',
  ),
  version: 5,
};

function world(of: Schemas['LaunchReview']) {
  return new World()
    .as('sam', ['platform'])
    .on('get', '/v1/scorecards', page(card))
    .on('get', '/v1/services/{service}', service)
    .on('get', one, of);
}

describe('a launch review', () => {
  it('tells once who decides it, at both buttons', async () => {
    const theirs = {
      ...review,
      acts: mayNot('forbidden', 'only members', 'sign_off', 'reject'),
    };
    await show(<ScorecardsPage />, world(theirs), { mount, at });
    const seen = await screen.findAllByText(
      'A member of platform or an administrator decides.',
    );
    expect(seen.filter(e => !e.hidden)).toHaveLength(1);
    for (const name of ['Sign off', 'Reject']) {
      const button = screen.getByRole('button', { name });
      expect(button).toBeDisabled();
      expect(button).toHaveAccessibleDescription(
        'A member of platform or an administrator decides.',
      );
    }
  });

  it('shows a decision that was first, and keeps what was typed', async () => {
    const of = world(review).on(
      'post',
      `${one}/reject`,
      refuse(412, 'version_mismatch'),
    );
    await show(<ScorecardsPage />, of, { mount, at });
    const reject = await screen.findByRole('button', { name: 'Reject' });
    await waitFor(() => expect(reject).toBeEnabled());
    await userEvent.click(reject);
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(within(dialog).getByRole('textbox'), 'Too early.');
    of.on('get', one, signedOff);
    const submit = within(dialog).getByRole('button', { name: 'Reject' });
    await userEvent.click(submit);
    expect(
      await within(dialog).findByText(/^Grace signed it off until/),
    ).toBeInTheDocument();
    expect(within(dialog).getAllByRole('alert')).toHaveLength(1);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Go on from theirs' }),
    );
    expect(within(dialog).getByRole('textbox')).toHaveValue('Too early.');
    expect(
      within(dialog).getByText(/^Grace signed it off until/),
    ).toBeInTheDocument();
    expect(submit).toBeDisabled();
  });

  it('has conditions met by who may, and tells others once who that is', async () => {
    const open = { ...signedOff, acts: may('meet_condition') };
    const { unmount } = await show(<ScorecardsPage />, world(open), {
      mount,
      at,
    });
    const [first] = await screen.findAllByRole('button', {
      name: 'It is done',
    });
    await waitFor(() => expect(first).toBeEnabled());
    unmount();
    const theirs = {
      ...signedOff,
      acts: mayNot('forbidden', 'only members', 'meet_condition'),
    };
    await show(<ScorecardsPage />, world(theirs), { mount, at });
    const seen = await screen.findAllByText('Members of payments say so.');
    expect(seen.filter(e => !e.hidden)).toHaveLength(1);
    for (const button of screen.getAllByRole('button', {
      name: 'It is done',
    })) {
      expect(button).toBeDisabled();
      expect(button).toHaveAccessibleDescription('Members of payments say so.');
    }
  });
});
