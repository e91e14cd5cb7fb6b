import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { World, page, refuse, show } from '../testing';
import { IncidentsPage } from './IncidentsPage';
import { action, figures, incident, postmortem } from './samples';

const mount = '/evenkeel/incidents';
const at = `${mount}/incident-1`;
const one = '/v1/incidents/{incident}' as const;
const written = '/v1/incidents/incident-1/postmortem/text';

function world(): World {
  return new World()
    .as('ada', ['payments'])
    .on('get', '/v1/teams', page())
    .on('get', '/v1/services', page())
    .on('get', '/v1/people', page())
    .on('get', '/v1/incidents', page(incident))
    .on('get', '/v1/postmortems', page())
    .on('get', '/v1/postmortem-templates', page())
    .on('get', '/v1/action-items', page(action))
    .on('get', '/v1/incident-statistics', {
      ...figures,
      causes: [],
      cut: false,
      from: '2026-08-31T00:00:00Z',
      to: '2026-11-29T00:00:00Z',
      incidents: 5,
      onCall: { load: { n: 0, unknown: 0 }, shifts: [] },
      periodLength: 'week',
      periods: [],
      repeats: [],
      tags: [],
      timeZone: 'UTC',
    })
    .on('get', one, incident)
    .on('get', `${one}/timeline`, { ...page(), cutAt: null })
    .on('get', `${one}/action-items`, page(action))
    .on('get', `${one}/similar`, page())
    .on('get', `${one}/impact`, {
      incident: 'incident-1',
      from: '2026-11-22T13:00:30Z',
      until: null,
      slos: [],
    })
    .on('get', `${one}/postmortem`, postmortem)
    .on('get', `${one}/postmortem/versions`, page())
    .on('post', '/v1/postmortem-lint', asked => {
      const { text } = asked.body as { text: string };
      const from = text.indexOf('careless');
      return {
        findings:
          from < 0
            ? []
            : [
                {
                  rule: 'character' as const,
                  text: 'careless',
                  advice: 'Say what made it sensible then.',
                  line: 1,
                  column: from + 1,
                  from,
                  to: from + 8,
                },
              ],
      };
    });
}

/** A button once it is known that whoever is signed in may press it. */
function allowed(name: string): Promise<HTMLElement> {
  return waitFor(() => {
    const button = screen.getByRole('button', { name });
    expect(button).toBeEnabled();
    return button;
  });
}

describe('the list of incidents', () => {
  it('shows incidents, what they came to, and action items that are overdue', async () => {
    show(<IncidentsPage />, world(), { mount });
    const row = await screen.findByRole('row', { name: /Nobody could pay/ });
    expect(within(row).getByText('SEV1')).toBeInTheDocument();
    expect(within(row).getByText('Resolved')).toBeInTheDocument();
    // The median of 1020 s is 17 min; one time alone is no median.
    expect(await screen.findByText('17 min')).toBeInTheDocument();
    expect(screen.getAllByText('Not known')).toHaveLength(2);
    const due = await screen.findByRole('row', { name: /Size pools/ });
    expect(within(due).getByText('Overdue')).toBeInTheDocument();
  });

  it('says what to do where none matches', async () => {
    show(<IncidentsPage />, world().on('get', '/v1/incidents', page()), {
      mount,
    });
    expect(
      await screen.findByRole('heading', { name: 'No incident matches' }),
    ).toBeInTheDocument();
  });

  it('shows what is wrong with a declaration at its field', async () => {
    const faulty = world().on(
      'post',
      '/v1/incidents',
      refuse(422, 'invalid', {
        errors: [{ pointer: '/title', message: 'must not be empty' }],
      }),
    );
    show(<IncidentsPage />, faulty, { mount });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Declare an incident' }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Declare' }),
    );
    await waitFor(() =>
      expect(
        within(dialog).getByRole('textbox', { name: 'What happens' }),
      ).toHaveAccessibleDescription('must not be empty'),
    );
  });
});

describe('an incident', () => {
  it('says why one that is restricted is not shown', async () => {
    const refused = refuse(403, 'forbidden', {
      detail: 'It is restricted to its readers.',
    });
    show(<IncidentsPage />, world().on('get', one, refused), { mount, at });
    expect(
      await screen.findByText('It is restricted to its readers.'),
    ).toBeInTheDocument();
  });

  it('tells members of other teams who changes it', async () => {
    show(<IncidentsPage />, world().as('grace', ['search']), { mount, at });
    const change = await screen.findByRole('button', { name: 'Change status' });
    expect(change).toBeDisabled();
    expect(change).toHaveAccessibleDescription(/Members of payments/);
    const edit = screen.getByRole('button', { name: 'Edit' });
    expect(edit).toBeDisabled();
    expect(edit).toHaveAccessibleDescription('Members of payments do this.');
  });

  it('edits a title and leaves all else as it is', async () => {
    const edited = world().on('put', one, { ...incident, version: 8 });
    show(<IncidentsPage />, edited, { mount, at });
    await userEvent.click(await screen.findByRole('button', { name: 'Edit' }));
    const dialog = await screen.findByRole('dialog');
    const title = within(dialog).getByRole('textbox', { name: 'What happens' });
    await userEvent.clear(title);
    await userEvent.type(title, 'Few could pay');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    const [sent] = edited.sent('put', '/v1/incidents/incident-1');
    expect(sent.ifMatch).toBe('"7"');
    expect(sent.body).toEqual({
      title: 'Few could pay',
      severity: 'sev1',
      team: 'payments',
      services: [{ service: 'checkout', role: 'cause' }],
      roles: { commander: 'person-ada' },
      tags: ['pool'],
      // Its seconds are not lost.
      impactStart: '2026-11-22T13:00:30Z',
      impactEnd: '2026-11-22T14:58:00Z',
    });
  });

  it('shows who was first where its status was changed meanwhile', async () => {
    const lost = world().on(
      'post',
      `${one}/status`,
      refuse(412, 'version_mismatch', { diff: '+ status: closed' }),
    );
    show(<IncidentsPage />, lost, { mount, at });
    await userEvent.click(await allowed('Change status'));
    const dialog = await screen.findByRole('dialog');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Change status' }),
    );
    expect(
      await within(dialog).findByText('+ status: closed'),
    ).toBeInTheDocument();
  });
});

describe('a postmortem', () => {
  const read = `${at}/postmortem`;
  const text = () =>
    screen.findByRole('textbox', { name: 'Text, in Markdown' });

  it('can be begun where none is', async () => {
    const none = world().on(
      'get',
      `${one}/postmortem`,
      refuse(404, 'not_found'),
    );
    show(<IncidentsPage />, none, { mount, at: read });
    expect(await allowed('Begin it')).toBeInTheDocument();
  });

  it('shows what blames as it is typed, and what is missing', async () => {
    show(<IncidentsPage />, world(), { mount, at: read });
    await userEvent.type(await text(), ' We were careless.');
    expect(
      await screen.findByText('Line 1: “careless”', {}, { timeout: 5000 }),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Say what made it sensible then.'),
    ).toBeInTheDocument();
    expect(screen.getByText('Trigger: empty')).toBeInTheDocument();
  });

  it('keeps what is typed while somebody else saves, and shows what they wrote', async () => {
    const lost = world().on('put', `${one}/postmortem/text`, () => {
      lost.on('get', `${one}/postmortem`, {
        ...postmortem,
        text: 'A queue ran full.',
        textVersion: 2,
        version: 2,
      });
      return refuse(412, 'version_mismatch', { diff: '+A queue ran full.' });
    });
    show(<IncidentsPage />, lost, { mount, at: read });
    await userEvent.type(await text(), ' It was small.');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('+A queue ran full.')).toBeInTheDocument();
    expect(await text()).toHaveValue('A pool ran dry. It was small.');
    // Theirs is known by now; to save again does not overwrite it unseen.
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(lost.sent('put', written).map(a => a.ifMatch)).toEqual([
        '"1"',
        '"1"',
      ]),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Begin again from theirs' }),
    );
    await waitFor(async () =>
      expect(await text()).toHaveValue('A queue ran full.'),
    );
  });

  it('reads without what its template only says to whoever writes', async () => {
    const template = '## Summary\n\n<!-- Two sentences. -->\n\nA pool ran dry.';
    show(
      <IncidentsPage />,
      world().on('get', `${one}/postmortem`, {
        ...postmortem,
        text: template,
        status: 'published',
      }),
      { mount, at: read },
    );
    expect(await screen.findByText('A pool ran dry.')).toBeInTheDocument();
    expect(screen.queryByText(/Two sentences/)).not.toBeInTheDocument();
  });

  it('saves the next version from the one that it saved', async () => {
    let version = 1;
    const saved = world();
    saved.on('put', `${one}/postmortem/text`, asked => {
      version += 1;
      const now = {
        ...postmortem,
        text: (asked.body as { text: string }).text,
        textVersion: version,
        version,
      };
      saved.on('get', `${one}/postmortem`, now);
      return now;
    });
    show(<IncidentsPage />, saved, { mount, at: read });
    for (const more of [' One.', ' Two.']) {
      await userEvent.type(await text(), more);
      await userEvent.click(screen.getByRole('button', { name: 'Save' }));
      await waitFor(() =>
        expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled(),
      );
    }
    await act(async () => undefined);
    expect(await text()).toHaveValue('A pool ran dry. One. Two.');
    expect(saved.sent('put', written).map(a => a.ifMatch)).toEqual([
      '"1"',
      '"2"',
    ]);
  });
});
