import type { Schemas } from '@evenkeel/client';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { World, page, refuse, show } from '../testing';
import { ToilPage } from './ToilPage';
import { weekBefore } from './week';

const mount = '/evenkeel/toil';
const of = '/v1/teams/{team}/toil' as const;

const payments: Schemas['Team'] = {
  managed: [],
  id: 'team-payments',
  slug: 'payments',
  name: 'Payments',
  description: '',
  contact: '',
  defaultRepository: '',
  issueAssigneeId: '',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  version: 1,
};

const standing: Schemas['ToilStanding'] = {
  name: 'rolling',
  from: '2026-08-31',
  to: '2026-11-29',
  state: 'known',
  weeks: 13,
  persons: 5,
  asked: 65,
  answered: 52,
  responseRate: 0.8,
  aboveCap: true,
  disagree: true,
  answers: { persons: 5, share: 0.56, median: 0.5, maximum: 0.9 },
  entries: { persons: 5, share: 0.31, median: null, maximum: null },
};

const settings: Schemas['ToilSettings'] = {
  asks: true,
  capPercent: 50,
  daysPerWeek: 5,
  hoursPerWeek: 40,
  overheadPercent: 20,
  updatedAt: null,
  updatedBy: '',
  version: 3,
};

const toil: Schemas['Toil'] = {
  team: { id: 'team-payments', slug: 'payments' },
  member: true,
  settings,
  rolling: standing,
  quarter: {
    ...standing,
    name: '2026-Q4',
    state: 'insufficient',
    answers: undefined,
    entries: undefined,
    aboveCap: null,
    disagree: false,
  },
  trend: [
    {
      week: '2026-W46',
      share: 0.25,
      answers: 5,
      asked: 5,
      minutes: 90,
    },
    { week: '2026-W47', share: null, answers: 1, asked: 5, minutes: null },
  ],
  categories: [
    {
      category: 'migrations',
      minutes: 600,
      entries: 4,
      persons: 4,
      answeredMinutes: null,
    },
  ],
  services: [],
  credits: [],
  you: { answers: 0.5, entries: null, disagree: false },
};

const candidate: Schemas['ToilCandidate'] = {
  id: 'candidate-1',
  title: 'Roll out in steps',
  category: 'release_shepherding',
  state: 'estimated',
  entries: 12,
  persons: 4,
  minutes: 600,
  hoursAYear: 120,
  buildHours: 40,
  payBackWeeks: 17.3,
  settledAt: null,
  told: false,
  version: 2,
  wantedAt: null,
};

function world(): World {
  return new World()
    .as('ada', ['payments'])
    .on('get', '/v1/teams', page(payments))
    .on('get', '/v1/services', page())
    .on('get', of, toil)
    .on('get', `${of}/answers`, page())
    .on('get', `${of}/entries`, page())
    .on('get', `${of}/automations`, page())
    .on('get', `${of}/proposals`, page())
    .on('get', `${of}/candidates`, page(candidate))
    .on('get', `${of}/settings`, settings)
    .on('get', `${of}/surveys/{quarter}`, asked => ({
      quarter: asked.names.quarter,
      closesAt: '2027-01-14T00:00:00Z',
      told: false,
      answers: 0,
      categories: {},
      courses: {},
      onCall: {},
      mean: null,
      median: null,
      wishes: [],
    }));
}

it('shows shares by answers and by what was logged, and none where it is not known', async () => {
  show(<ToilPage />, world(), { mount });
  const share = await screen.findByRole('region', { name: 'Share of toil' });
  expect(within(share).getByText('56 %')).toBeInTheDocument();
  expect(within(share).getByText('above the cap of 50 %')).toBeInTheDocument();
  expect(
    within(share).getByText('31 % by what was logged'),
  ).toBeInTheDocument();
  expect(
    within(share).getByText(/answers and what was logged disagree/i),
  ).toBeInTheDocument();
  expect(within(share).getByText('Not known')).toBeInTheDocument();
  expect(
    within(share).getByText(/Fewer than half of the answers/),
  ).toBeInTheDocument();
  expect(within(share).queryByText('0 %')).not.toBeInTheDocument();
  const first = await screen.findByRole('row', { name: /Roll out in steps/ });
  expect(within(first).getByText('120 h')).toBeInTheDocument();
  expect(within(first).getByText('in 17 weeks')).toBeInTheDocument();
});

it('takes the answer of the week in two clicks', async () => {
  const answered = world().on('put', `${of}/answers/{week}`, {
    week: '2026-W47',
    share: 0,
    createdAt: '2026-11-28T08:00:00Z',
    updatedAt: '2026-11-28T08:00:00Z',
    version: 1,
  });
  show(<ToilPage />, answered, { mount });
  await userEvent.click(await screen.findByRole('radio', { name: '0 %' }));
  await userEvent.click(screen.getByRole('button', { name: 'Answer' }));
  const week = weekBefore(new Date());
  const path = `/v1/teams/payments/toil/answers/${week}`;
  await waitFor(() =>
    expect(answered.sent('put', path).map(a => a.body)).toEqual([{ share: 0 }]),
  );
});

it('says what to do where no team is', async () => {
  show(<ToilPage />, world().as('ada').on('get', '/v1/teams', page()), {
    mount,
  });
  expect(
    await screen.findByRole('heading', { name: 'There is no team yet' }),
  ).toBeInTheDocument();
});

it('says why it may not be seen', async () => {
  const refused = refuse(403, 'forbidden', { detail: 'Ask your portal.' });
  show(<ToilPage />, world().on('get', of, refused), { mount });
  expect(await screen.findByText('Ask your portal.')).toBeInTheDocument();
});

it('asks nothing of somebody of another team, and says who does', async () => {
  const outside = world()
    .as('grace', ['search'])
    .on('get', of, { ...toil, member: false, you: undefined });
  show(<ToilPage />, outside, { mount, at: `${mount}/payments` });
  expect(
    await screen.findByText('You are not a member of payments'),
  ).toBeInTheDocument();
  expect(screen.queryByRole('radio')).not.toBeInTheDocument();
  const want = await screen.findByRole('button', {
    name: 'Make an issue of it',
  });
  expect(want).toBeDisabled();
  expect(want).toHaveAccessibleDescription('Members of payments do this.');
});

it('shows each fault of the settings at its field', async () => {
  const faulty = world().on(
    'put',
    `${of}/settings`,
    refuse(422, 'invalid', {
      errors: [
        { pointer: '/capPercent', message: 'must be at most 100' },
        { pointer: '/daysPerWeek', message: 'must be at most 7' },
      ],
    }),
  );
  show(<ToilPage />, faulty, { mount });
  await userEvent.click(await screen.findByRole('button', { name: 'Change' }));
  const dialog = await screen.findByRole('dialog');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(
      within(dialog).getByRole('textbox', { name: 'Cap, in percent' }),
    ).toHaveAccessibleDescription(/must be at most 100/),
  );
  expect(
    within(dialog).getByRole('textbox', { name: 'On how many days' }),
  ).toHaveAccessibleDescription(/must be at most 7/);
  const [sent] = faulty.sent('put', '/v1/teams/payments/toil/settings');
  expect(sent.ifMatch).toBe('"3"');
});

it('keeps what was typed of the settings where somebody else was first', async () => {
  const lost = world().on('put', `${of}/settings`, () => {
    lost.on('get', `${of}/settings`, {
      ...settings,
      capPercent: 30,
      version: 4,
    });
    return refuse(412, 'version_mismatch', { diff: '+ capPercent: 30' });
  });
  show(<ToilPage />, lost, { mount });
  await userEvent.click(await screen.findByRole('button', { name: 'Change' }));
  const dialog = await screen.findByRole('dialog');
  const cap = () => screen.getByRole('textbox', { name: 'Cap, in percent' });
  await userEvent.clear(cap());
  await userEvent.type(cap(), '45');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
  expect(
    await within(dialog).findByText('+ capPercent: 30'),
  ).toBeInTheDocument();
  expect(cap()).toHaveValue('45');
  await userEvent.click(
    within(dialog).getByRole('button', { name: /theirs/i }),
  );
  await waitFor(() => expect(cap()).toHaveValue('30'));
});

const entry: Schemas['ToilEntry'] = {
  id: 'entry-1',
  day: '2026-11-27',
  minutes: 30,
  category: 'migrations',
  score: 2,
  origin: 'manual',
  note: 'Moved a table.',
  createdAt: '2026-11-27T08:00:00Z',
  updatedAt: '2026-11-27T08:00:00Z',
  version: 1,
};

it('removes an entry that was changed meanwhile once that was looked at', async () => {
  const moved = world()
    .on('get', `${of}/entries`, page(entry))
    .on(
      'delete',
      `${of}/entries/{toilEntry}`,
      refuse(412, 'version_mismatch', { diff: '-30\n+45' }),
    );
  show(<ToilPage />, moved, { mount });
  await userEvent.click(await screen.findByRole('button', { name: 'Remove' }));
  const dialog = await screen.findByRole('dialog');
  // It is of another day by now, and further down than is read of the list.
  moved
    .on('get', `${of}/entries`, page())
    .on('get', `${of}/entries/{toilEntry}`, {
      ...entry,
      minutes: 45,
      version: 2,
    });
  const remove = within(dialog).getByRole('button', { name: 'Remove' });
  await userEvent.click(remove);
  expect(await within(dialog).findByText(/\+45/)).toBeInTheDocument();
  expect(within(dialog).getAllByRole('alert')).toHaveLength(1);
  await userEvent.click(
    within(dialog).getByRole('button', { name: 'Go on from theirs' }),
  );
  expect(within(dialog).queryByRole('alert')).not.toBeInTheDocument();
  await userEvent.click(remove);
  const path = '/v1/teams/payments/toil/entries/entry-1';
  await waitFor(() =>
    expect(moved.sent('delete', path).map(a => a.ifMatch)).toEqual([
      '"1"',
      '"2"',
    ]),
  );
});

it('tells whom the portal lets change nothing so, at each button', async () => {
  const denied = world().on('get', `${of}/entries`, page(entry));
  show(<ToilPage />, denied, { mount, denied: true });
  for (const name of ['Remove', 'Log toil', 'Answer', 'Answer the survey']) {
    const button = await screen.findByRole('button', { name });
    await waitFor(() =>
      expect(button).toHaveAccessibleDescription(
        /^Your portal does not let you change anything in Evenkeel/,
      ),
    );
    expect(button).toBeDisabled();
  }
});
