import type { Schemas } from '@evenkeel/client';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { World, page, refuse, show } from '../testing';
import { IssuesPage } from './IssuesPage';

const mount = '/evenkeel/issues';
const at = `${mount}/issue-1`;

const service: Schemas['Service'] = {
  managed: [],
  id: 'service-checkout',
  slug: 'checkout',
  name: 'Checkout',
  kind: 'http',
  lifecycle: 'production',
  tier: 1,
  team: { id: 'team-payments', slug: 'payments' },
  annotations: {},
  labels: {},
  contact: '',
  dashboard: '',
  description: '',
  docs: '',
  onCall: '',
  repository: '',
  runbook: '',
  retiredAt: null,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  version: 1,
};

const issue: Schemas['Issue'] = {
  id: 'issue-1',
  kind: 'budget_violation',
  title: '`checkout/availability`: spent',
  body: '## What happened\n\n<b>Loud</b>\n\n<!-- evenkeel:v1 fp=0f -->',
  open: true,
  ending: null,
  comments: [],
  labels: ['error-budget'],
  assigneeIds: [],
  repository: 'https://github.com/acme/checkout',
  service: { id: 'service-checkout', slug: 'checkout' },
  teamId: '',
  fingerprint: '0f',
  actionItemId: '',
  campaignId: '',
  groupId: '',
  incidentId: '',
  parentId: '',
  scorecardFailureId: '',
  toilCandidateId: '',
  violationId: 'violation-1',
  delivery: {
    state: 'draft',
    attempts: 0,
    failures: 0,
    deadBecause: null,
    nextAttemptAt: null,
    number: null,
    openedAt: null,
    outcome: null,
    problem: '',
    repository: '',
    url: '',
  },
  createdAt: '2026-11-27T07:00:00Z',
  updatedAt: '2026-11-27T07:00:00Z',
  version: 3,
};

function world(): World {
  return new World()
    .as('ada', ['payments'])
    .on('get', '/v1/teams', page())
    .on('get', '/v1/services', page(service))
    .on('get', '/v1/violations', page())
    .on('get', '/v1/services/{service}', service)
    .on('get', '/v1/issues', page(issue))
    .on('get', '/v1/issues/{issue}', issue)
    .on('get', '/v1/issues/tally', {
      total: 1,
      hasTracker: false,
      states: {
        dead: 0,
        dismissed: 0,
        draft: 1,
        grouped: 0,
        pending: 0,
        sending: 0,
        sent: 0,
        unknown: 0,
      },
      dead: [],
      kinds: [],
      done: 0,
      waiting: 0,
      waived: 0,
      nextAttemptAt: null,
      openedLastDay: 0,
      openedLastWeek: 0,
    })
    .on('get', '/v1/issue-delivery', {
      hasTracker: false,
      sending: false,
      stopped: false,
      stoppedKinds: [],
      kinds: [],
      updatedAt: null,
      version: 1,
    });
}

describe('the list of issues', () => {
  it('shows issues, and why they are drafts', async () => {
    show(<IssuesPage />, world(), { mount });
    const row = await screen.findByRole('row', { name: /Budget violation/ });
    expect(
      within(row).getByRole('link', { name: 'checkout/availability: spent' }),
    ).toHaveAttribute('href', at);
    expect(within(row).getByText('Draft')).toBeInTheDocument();
    expect(
      await screen.findByText(/No GitHub token or repository is set up/),
    ).toBeInTheDocument();
  });

  it('says when one is opened where there is none', async () => {
    const empty = world().on('get', '/v1/issues', page());
    show(<IssuesPage />, empty, { mount });
    expect(
      await screen.findByRole('heading', { name: 'No issue matches' }),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('heading', { name: 'No violation is open' }),
    ).toBeInTheDocument();
  });

  it('says why they may not be seen', async () => {
    const refused = refuse(403, 'forbidden', { detail: 'Ask your portal.' });
    show(<IssuesPage />, world().on('get', '/v1/issues', refused), { mount });
    expect(await screen.findByText('Ask your portal.')).toBeInTheDocument();
  });
});

describe('an issue', () => {
  it('reads as on GitHub, where HTML of people is text', async () => {
    show(<IssuesPage />, world(), { mount, at });
    expect(
      await screen.findByRole('heading', { name: 'What happened' }),
    ).toBeInTheDocument();
    expect(screen.getByText('<b>Loud</b>')).toBeInTheDocument();
    expect(screen.queryByText(/evenkeel:v1/)).not.toBeInTheDocument();
    expect(screen.getByText(/It is a draft/)).toBeInTheDocument();
  });

  it('is for the team of its service to see to', async () => {
    show(<IssuesPage />, world().as('grace', ['search']), { mount, at });
    expect(
      await screen.findAllByText('For members of the team payments', {
        exact: false,
      }),
    ).not.toHaveLength(0);
    expect(
      screen.getByRole('button', { name: 'Try to send it' }),
    ).toBeDisabled();
    const dismiss = screen.getByRole('button', { name: 'Dismiss' });
    expect(dismiss).toBeDisabled();
    expect(dismiss).toHaveAccessibleDescription(
      /^For members of the team payments/,
    );
  });

  it('is not dismissed where somebody else was first', async () => {
    const lost = world().on(
      'post',
      '/v1/issues/{issue}/dismiss',
      refuse(412, 'version_mismatch', { diff: '+ state: sent' }),
    );
    show(<IssuesPage />, lost, { mount, at });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Dismiss' }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(within(dialog).getByLabelText('Reason'), 'a drill');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Dismiss' }),
    );
    expect(
      await within(dialog).findByText('+ state: sent'),
    ).toBeInTheDocument();
    const [sent] = lost.sent('post', '/v1/issues/issue-1/dismiss');
    expect(sent.ifMatch).toBe('"3"');
    expect(sent.body).toEqual({ reason: 'a drill' });
  });
});
