import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Schemas } from '@evenkeel/client';

import { card, ref, report } from '../scorecards/testing';
import { World, page, refuse, show } from '../testing';
import { OrganisationPage } from './OrganisationPage';

const mount = '/evenkeel/organisation';

const overview: Schemas['Overview'] = {
  slos: {
    total: 4,
    stale: 1,
    states: { ok: 2, at_risk: 1, exhausted: 1, no_data: 0 },
  },
  alerts: { open: 2, page: 1, ticket: 1 },
};

const head: Schemas['ReportHead'] = {
  id: 'report-1',
  number: 4,
  occasion: 'monthly',
  period: {
    from: '2026-10-01T00:00:00Z',
    to: '2026-11-01T00:00:00Z',
    name: '2026-10',
    timeZone: 'UTC',
  },
  publishedAt: '2026-11-02T00:00:00Z',
  publishedBy: '',
  scope: { kind: 'organisation', id: '', slug: '', name: '' },
  sha256: '00',
};

const empty: Schemas['DurationDistribution'] = { n: 0, unknown: 0, bins: [] };

function world() {
  return new World()
    .as('ada', ['payments'])
    .on('get', '/v1/overview', overview)
    .on('get', '/v1/scorecards', page(card))
    .on('get', '/v1/scorecards/{scorecard}/report', report)
    .on('get', '/v1/systems', page())
    .on('get', '/v1/reports', page(head))
    .on('get', '/v1/ownership-drift', page())
    .on('get', '/v1/manifest-items', page());
}

describe('the report of the organisation', () => {
  it('says how SLOs and levels stand, and how a level changed day by day', async () => {
    await show(<OrganisationPage />, world(), { mount });
    expect(
      await screen.findByRole('img', { name: /Exhausted 1, At risk 1, OK 2/ }),
    ).toBeInTheDocument();
    const trend = await screen.findByRole('figure', {
      name: 'Levels day by day',
    });
    await userEvent.click(
      within(trend).getByRole('button', { name: 'Show as a table' }),
    );
    expect(
      within(trend).getByRole('row', { name: /28 Nov 2026/ }),
    ).toHaveTextContent('28 Nov 2026010');
    expect(
      screen.getByRole('link', { name: 'It has a runbook' }),
    ).toHaveAttribute('href', '/evenkeel/scorecards/readiness/checks/runbook');
  });

  it('opens a team into its figures and the teams below it, and shows no share that is not known', async () => {
    const standing: Schemas['ToilStanding'] = {
      name: '90d',
      from: '',
      to: '',
      state: 'insufficient',
      weeks: 0,
      asked: 4,
      answered: 1,
      responseRate: 0.25,
      persons: 1,
      disagree: false,
      aboveCap: null,
    };
    const of = world()
      .on('get', '/v1/teams/{team}/toil', {
        team: ref('commerce'),
        member: false,
        rolling: standing,
        quarter: standing,
        categories: [],
        credits: [],
        services: [],
        trend: [],
        settings: {
          hoursPerWeek: 40,
          daysPerWeek: 5,
          overheadPercent: 20,
          capPercent: 50,
          asks: true,
          updatedAt: null,
          updatedBy: '',
          version: 1,
        },
      })
      .on('get', '/v1/violations', page())
      .on('get', '/v1/action-item-backlog', {
        at: '2026-11-28T00:00:00Z',
        ageDays: [3, 40],
        cut: false,
        open: 2,
        overdue: 1,
        doneInTime: 0,
        doneLate: 0,
        waived: 0,
        openByPriority: { p0: 0, p1: 1, p2: 1, p3: 0 },
        trend: [],
      })
      .on('get', '/v1/incident-statistics', {
        incidents: 3,
        from: '2026-08-30T00:00:00Z',
        to: '2026-11-28T00:00:00Z',
        timeZone: 'UTC',
        cut: false,
        causes: [],
        tags: [],
        repeats: [],
        periods: [],
        periodLength: 'week',
        detect: empty,
        mitigate: empty,
        resolve: empty,
        onCall: { load: { n: 0, unknown: 0 }, shifts: [] },
      });
    await show(<OrganisationPage />, of, { mount });
    await userEvent.click(
      await screen.findByText('Commerce', { selector: 'summary span' }),
    );
    expect(await screen.findByText('too few answers')).toBeInTheDocument();
    expect(screen.getByText('of 2 open, its own')).toBeInTheDocument();
    expect(
      screen.getByText('Payments', { selector: 'summary span' }),
    ).toBeInTheDocument();
    expect(screen.getByText('−2.5 points')).toBeInTheDocument();
  });

  it('downloads a report as it was published', async () => {
    const made = jest.fn((_: Blob) => 'blob:report');
    Object.assign(URL, { createObjectURL: made, revokeObjectURL: jest.fn() });
    // jsdom goes nowhere by a link.
    const click = jest
      .spyOn(HTMLAnchorElement.prototype, 'click')
      .mockImplementation(() => {});
    await show(
      <OrganisationPage />,
      world().on('get', '/v1/reports/{report}/document', '{"format":1}'),
      { mount },
    );
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Download report 4 as published',
      }),
    );
    await waitFor(() => expect(click).toHaveBeenCalled());
    // What was published, to the byte: {"format":1} has 12.
    expect(made.mock.calls[0][0].size).toBe(12);
    click.mockRestore();
  });

  it('says which services nobody may look after', async () => {
    await show(
      <OrganisationPage />,
      world().on(
        'get',
        '/v1/ownership-drift',
        page({
          id: 'drift-1',
          service: ref('checkout'),
          team: ref('payments'),
          reason: 'team_empty' as const,
          detail: 'Nobody is in payments.',
          foundAt: '2026-11-01T00:00:00Z',
          escalatedAt: null,
        }),
      ),
      { mount },
    );
    const table = await screen.findByRole('table', { name: 'Ownership drift' });
    const row = within(table).getByRole('row', { name: /checkout/ });
    expect(row).toHaveTextContent('Team is empty');
    expect(row).toHaveTextContent('not yet');
  });

  it('is empty before there is a scorecard, a report or a drift', async () => {
    await show(
      <OrganisationPage />,
      world()
        .on('get', '/v1/scorecards', page())
        .on('get', '/v1/reports', page()),
      { mount },
    );
    for (const name of [
      'No scorecard yet',
      'No report yet',
      'Every service has somebody who looks after it',
    ]) {
      expect(await screen.findByRole('heading', { name })).toBeInTheDocument();
    }
  });

  it('says what it may not show', async () => {
    await show(
      <OrganisationPage />,
      world().on('get', '/v1/reports', refuse(403, 'forbidden')),
      { mount },
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Not for you to see',
    );
  });
});
