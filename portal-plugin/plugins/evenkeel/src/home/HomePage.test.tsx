import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Schemas } from '@evenkeel/client';

import { card, position, ref, waiting } from '../scorecards/testing';
import { World, page, refuse, show } from '../testing';
import { HomePage } from './HomePage';

const settings: Schemas['ToilSettings'] = {
  hoursPerWeek: 40,
  daysPerWeek: 5,
  overheadPercent: 20,
  capPercent: 50,
  asks: true,
  updatedAt: null,
  updatedBy: '',
  version: 1,
};

const standing: Schemas['ToilStanding'] = {
  name: '90d',
  from: '2026-08-31',
  to: '2026-11-22',
  state: 'known',
  weeks: 12,
  asked: 48,
  answered: 40,
  responseRate: 0.83,
  persons: 4,
  disagree: false,
  aboveCap: false,
  answers: { share: 0.31, median: 0.3, maximum: 0.5, persons: 4 },
};

const toil: Schemas['Toil'] = {
  team: ref('payments'),
  member: true,
  settings,
  rolling: standing,
  quarter: standing,
  categories: [],
  credits: [],
  services: [],
  trend: [
    { week: '2026-W47', asked: 4, answers: 4, share: 0.25, minutes: 0 },
    { week: '2026-W48', asked: 4, answers: 0, share: null, minutes: 0 },
  ],
};

const action: Schemas['ActionItem'] = {
  id: 'action-1',
  title: 'Alert on the queue',
  incident: 'incident-1',
  key: '',
  link: '',
  service: ref('checkout'),
  owner: 'person-ada',
  priority: 'p1',
  type: 'detect',
  state: 'open',
  dueOn: '2026-11-01',
  firstDueOn: '2026-10-01',
  postponed: 1,
  overdue: true,
  verification: 'An alert fires.',
  told: { at: null, overdue: 0 },
  warnings: [],
  createdAt: '2026-09-01T00:00:00Z',
  createdBy: 'Ada',
  updatedAt: '2026-09-01T00:00:00Z',
  updatedBy: 'Ada',
  version: 1,
};

function world() {
  return new World()
    .as('ada', ['payments'])
    .on('get', '/v1/violations', page())
    .on('get', '/v1/action-items', page(action))
    .on('get', '/v1/scorecards', page(card))
    .on(
      'get',
      '/v1/scorecards/{scorecard}/services',
      page(position('checkout')),
    )
    .on('get', '/v1/slo-statuses', page())
    .on(
      'get',
      '/v1/exemptions',
      page({ ...waiting, state: 'in_force' as const }),
    )
    .on('get', '/v1/teams/{team}/toil', toil)
    .on('get', '/v1/teams/{team}/toil/answers', page());
}

const mount = '/evenkeel/home';

describe('the home page', () => {
  it('names what to do first: what is overdue, then the next check', async () => {
    await show(<HomePage />, world(), { mount });
    const steps = await screen.findByRole('list', {
      name: 'Three things to do',
    });
    const [first, second] = within(steps).getAllByRole('listitem');
    expect(first).toHaveTextContent('Finish “Alert on the queue”');
    expect(second).toHaveTextContent('It has a runbook');
    expect(second).toHaveTextContent('2 checks to the next level');
  });

  it('shows failing services, overdue actions, exemptions and that no budget is at risk', async () => {
    await show(<HomePage />, world(), { mount });
    const services = await screen.findByRole('table', {
      name: 'Services with failing checks',
    });
    expect(
      within(services).getByRole('row', { name: /The checkout/ }),
    ).toHaveTextContent('33 %');
    expect(
      await screen.findByRole('list', { name: 'Overdue actions' }),
    ).toHaveTextContent('postponed once');
    expect(
      await screen.findByRole('list', { name: 'Exemptions that end next' }),
    ).toHaveTextContent('It has a runbook');
    expect(
      await screen.findByRole('heading', { name: 'No budget is at risk' }),
    ).toBeInTheDocument();
    expect(
      await screen.findByText('31 % in the last 90 days'),
    ).toBeInTheDocument();
  });

  it('takes the answer about toil by one click and one choice', async () => {
    let given: Schemas['ToilAnswer'] | undefined;
    const of = world()
      .on('get', '/v1/teams/{team}/toil/answers', () =>
        given ? page(given) : page(),
      )
      .on('put', '/v1/teams/{team}/toil/answers/{week}', asked => {
        given = {
          ...(asked.body as Schemas['ToilAnswerInput']),
          week: asked.names.week,
          createdAt: '2026-11-28T06:00:00Z',
          updatedAt: '2026-11-28T06:00:00Z',
          version: 1,
        };
        return given;
      });
    await show(<HomePage />, of, { mount });
    await userEvent.click(
      await screen.findByRole('button', { name: '25 %: About a quarter' }),
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Production interrupts' }),
    );
    expect(
      await screen.findByText(
        'You answered 25 % for 2026-W48. Most of it: Production interrupts.',
      ),
    ).toBeInTheDocument();
    const [sent] = of.sent('put', '/v1/teams/payments/toil/answers/2026-W48');
    expect(sent.body).toEqual({ share: 25, category: 'production_interrupts' });
  });

  it('says what the API refused of the answer', async () => {
    await show(
      <HomePage />,
      world().on(
        'put',
        '/v1/teams/{team}/toil/answers/{week}',
        refuse(422, 'invalid_input', {
          errors: [
            { pointer: '/share', message: 'the week is over', value: '0' },
          ],
        }),
      ),
      { mount },
    );
    await userEvent.click(
      await screen.findByRole('button', { name: '0 %: None' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'the week is over',
    );
  });

  it('tells somebody without a team how one becomes a member, and shows the organisation', async () => {
    await show(
      <HomePage />,
      new World().as('new').on('get', '/v1/overview', {
        slos: {
          total: 3,
          stale: 0,
          states: { ok: 2, at_risk: 0, exhausted: 1, no_data: 0 },
        },
        alerts: { open: 0, page: 0, ticket: 0 },
      }),
      { mount },
    );
    expect(
      await screen.findByRole('heading', { name: 'You are in no team yet' }),
    ).toBeInTheDocument();
    expect(screen.getByText(/memberOf: \[your-team\]/)).toBeInTheDocument();
    expect(
      await screen.findByRole('img', { name: /Exhausted 1.*OK 2/ }),
    ).toBeInTheDocument();
  });

  it('says in each part what it may not show, and shows the others', async () => {
    await show(
      <HomePage />,
      world().on('get', '/v1/slo-statuses', refuse(403, 'forbidden')),
      { mount },
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Not for you to see',
    );
    await waitFor(() =>
      expect(
        screen.getByRole('list', { name: 'Overdue actions' }),
      ).toBeInTheDocument(),
    );
  });
});
