import type { Schemas } from '@evenkeel/client';
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { IncidentsPage } from '../incidents/IncidentsPage';
import { incident, postmortem } from '../incidents/samples';
import { SLOsPage } from '../slos/SLOsPage';
import { kind, service, slo } from '../slos/samples';
import { World, page, refuse, show } from '../testing';

/** Whether the browser would ask before the page is left. */
function asks(): boolean {
  const leaving = new Event('beforeunload', { cancelable: true });
  act(() => {
    window.dispatchEvent(leaving);
  });
  return leaving.defaultPrevented;
}

/** Comes back to the page: what could not be read, or was read long ago, is read again. */
async function lookAgain(): Promise<void> {
  const now = Date.now();
  const later = jest.spyOn(Date, 'now').mockReturnValue(now + 60_000);
  await act(async () => {
    window.dispatchEvent(new Event('visibilitychange'));
  });
  later.mockRestore();
}

const press = async (name: string) =>
  userEvent.click(await screen.findByRole('button', { name }));
const offered = () => screen.findByText(/^Your draft of .+ is here$/);

describe('the text of a postmortem', () => {
  const of = '/v1/incidents/{incident}' as const;
  const path = '/v1/incidents/incident-1/postmortem/text';
  const text = () =>
    screen.findByRole('textbox', { name: 'Text, in Markdown' });
  function world(): World {
    return new World()
      .as('ada', ['payments'])
      .on('get', '/v1/people', page())
      .on('get', of, incident)
      .on('get', `${of}/postmortem`, postmortem)
      .on('get', `${of}/postmortem/versions`, page())
      .on('post', '/v1/postmortem-lint', { findings: [] });
  }
  const open = (at: World) =>
    show(<IncidentsPage />, at, {
      mount: '/evenkeel/incidents',
      at: '/evenkeel/incidents/incident-1/postmortem',
    });

  it('is offered again after the page was left, and no more once it is saved', async () => {
    open(world());
    expect(asks()).toBe(false);
    await userEvent.type(await text(), ' It was small.');
    expect(asks()).toBe(true);
    cleanup();

    const again = world();
    again.on('put', `${of}/postmortem/text`, asked => {
      const { text: saved } = asked.body as { text: string };
      const now = { ...postmortem, text: saved, textVersion: 2, version: 2 };
      again.on('get', `${of}/postmortem`, now);
      return now;
    });
    open(again);
    await offered();
    expect(
      screen.queryByRole('textbox', { name: 'Text, in Markdown' }),
    ).toBeNull();
    await press('Go on with it');
    expect(await text()).toHaveValue('A pool ran dry. It was small.');
    expect(await text()).toHaveFocus();
    expect(asks()).toBe(true);
    await press('Save');
    await waitFor(() => expect(asks()).toBe(false));
    expect(again.sent('put', path).map(sent => sent.ifMatch)).toEqual(['"1"']);
    cleanup();

    open(again);
    expect(await text()).toHaveValue('A pool ran dry. It was small.');
  });

  it('stays a change of what it began from where somebody saved meanwhile', async () => {
    open(world());
    await userEvent.type(await text(), ' It was small.');
    cleanup();

    const theirs = world()
      .on('get', `${of}/postmortem`, {
        ...postmortem,
        text: 'A queue ran full.',
        textVersion: 2,
        version: 2,
      })
      .on(
        'put',
        `${of}/postmortem/text`,
        refuse(412, 'version_mismatch', { diff: '+A queue ran full.' }),
      );
    open(theirs);
    await press('Go on with it');
    expect(await text()).toHaveValue('A pool ran dry. It was small.');
    await press('Save');
    expect(await screen.findByText('+A queue ran full.')).toBeInTheDocument();
    expect(theirs.sent('put', path)[0].ifMatch).toBe('"1"');
    // What was typed is there to copy from, also after another reload.
    await press('Begin again from theirs');
    expect(
      await screen.findByText('A pool ran dry. It was small.'),
    ).toBeInTheDocument();
    cleanup();
    open(theirs);
    await offered();
  });

  it('begins from what is saved after it was gone on with, saved and reviewed', async () => {
    open(world());
    await userEvent.type(await text(), ' It was small.');
    cleanup();

    const again = world();
    let now: Schemas['Postmortem'] = postmortem;
    const answer = (more: Partial<Schemas['Postmortem']>) => {
      now = { ...now, ...more, version: now.version + 1 };
      again.on('get', `${of}/postmortem`, now);
      return now;
    };
    again
      .on('put', `${of}/postmortem/text`, asked =>
        answer({ ...(asked.body as { text: string }), textVersion: 2 }),
      )
      .on('post', `${of}/postmortem/submissions`, () =>
        answer({ status: 'in_review' }),
      );
    open(again);
    await press('Go on with it');
    await press('Save');
    await waitFor(() => expect(asks()).toBe(false));
    await press('Submit for review');
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', {
        name: 'Submit for review',
      }),
    );
    await screen.findByText('In review');
    answer({ status: 'draft', text: 'Reviewed.', textVersion: 3 });
    await lookAgain();
    expect(await text()).toHaveValue('Reviewed.');
    expect(asks()).toBe(false);
  });

  it('is offered also where it was not known at first who is signed in', async () => {
    open(world());
    await userEvent.type(await text(), ' It was small.');
    cleanup();

    const away = world().on('get', '/v1/me', refuse(503, 'unavailable'));
    open(away);
    await screen.findByText('A pool ran dry.');
    away.as('ada', ['payments']);
    await lookAgain();
    await offered();
    await press('Go on with it');
    expect(await text()).toHaveValue('A pool ran dry. It was small.');
  });

  it('keeps what was typed before beside what is typed from theirs', async () => {
    open(world());
    await userEvent.type(await text(), ' It was small.');
    const theirs = {
      ...postmortem,
      text: 'A queue ran full.',
      textVersion: 2,
      version: 2,
    };
    cleanup();
    const raced = world()
      .on('get', `${of}/postmortem`, theirs)
      .on(
        'put',
        `${of}/postmortem/text`,
        refuse(412, 'version_mismatch', { diff: '+A queue ran full.' }),
      );
    open(raced);
    await press('Go on with it');
    await press('Save');
    await press('Begin again from theirs');
    await screen.findByText('A pool ran dry. It was small.');
    await userEvent.type(await text(), '!');
    cleanup();

    open(raced);
    await press('Go on with it');
    expect(await text()).toHaveValue('A queue ran full.!');
    expect(
      screen.getByText('A pool ran dry. It was small.'),
    ).toBeInTheDocument();
  });

  it('is offered to who typed it alone, until they discard it', async () => {
    open(world());
    await userEvent.type(await text(), ' It was small.');
    cleanup();
    open(world().as('grace', ['payments']));
    expect(await text()).toHaveValue('A pool ran dry.');
    cleanup();
    open(world());
    await press('Discard it');
    expect(await text()).toHaveValue('A pool ran dry.');
    expect(await text()).toHaveFocus();
    cleanup();
    open(world());
    expect(await text()).toHaveValue('A pool ran dry.');
  });

  it('says where the browser keeps no draft', async () => {
    const full = jest
      .spyOn(Storage.prototype, 'setItem')
      .mockImplementation(() => {
        throw new DOMException('full', 'QuotaExceededError');
      });
    open(world());
    await userEvent.type(await text(), '!');
    expect(
      await screen.findByText(/This browser keeps no draft of it/),
    ).toBeInTheDocument();
    full.mockRestore();
  });
});

describe('the form of an SLO', () => {
  const of = '/v1/services/{service}/slos/{slo}' as const;
  const path = '/v1/services/checkout/slos/availability';
  const mount = '/evenkeel/slos';
  function world(): World {
    return new World()
      .as('ada', ['payments'])
      .on('get', '/v1/data-sources', page())
      .on('get', '/v1/slo-kinds', page(kind))
      .on('get', '/v1/services/{service}', service)
      .on('get', of, slo);
  }
  const open = (at: World, form: string) =>
    show(<SLOsPage />, at, { mount, at: `${mount}/checkout/${form}` });
  const name = () => screen.findByRole('textbox', { name: /^Name/ });

  it('is as it was typed after it was left, where one is declared', async () => {
    open(world(), '_new');
    await userEvent.type(await name(), 'Paid');
    expect(asks()).toBe(true);
    cleanup();
    open(world(), '_new');
    await press('Go on with it');
    expect(await name()).toHaveValue('Paid');
    expect(screen.getAllByRole('textbox')[0]).toHaveFocus();
    await press('Cancel');
    cleanup();
    open(world(), '_new');
    expect(await name()).toHaveValue('');
    expect(asks()).toBe(false);
  });

  it('is no draft any more where it is what is declared by now', async () => {
    open(world(), 'availability/edit');
    await userEvent.type(await name(), '!');
    cleanup();
    const saved = { ...slo, name: `${slo.name}!`, version: 4 };
    open(world().on('get', of, saved), 'availability/edit');
    expect(await name()).toHaveValue(`${slo.name}!`);
    expect(asks()).toBe(false);
  });

  it('is a change of the version that it began from, where one is edited', async () => {
    open(world(), 'availability/edit');
    await userEvent.type(await name(), '!');
    cleanup();
    const theirs = world()
      .on('get', of, { ...slo, objective: '99.5%', version: 4 })
      .on('put', of, refuse(412, 'version_mismatch'));
    open(theirs, 'availability/edit');
    await press('Go on with it');
    expect(await name()).toHaveValue(`${slo.name}!`);
    await press('Save SLO');
    expect(
      await screen.findByText('Objective: 99.9% → 99.5%'),
    ).toBeInTheDocument();
    expect(theirs.sent('put', path)[0].ifMatch).toBe('"3"');
  });
});
