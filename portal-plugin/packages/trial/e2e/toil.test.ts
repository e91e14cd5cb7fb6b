import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { ifMatch, value, versioned } from '@evenkeel/client';

import { api, apiOf } from './asking';
import { accessible } from './axe';
import { tabTo } from './field';
import { visit } from './house';
import { word } from './names';
import { pictures } from './pictures';

const toil = '/evenkeel/toil';

/** Makes a team of sample people, so that what they say is in no other team's share. */
async function newTeam(t: TestContext, names: string[]): Promise<string> {
  const slug = `toil-${word()}`;
  await api.POST('/v1/teams', {
    body: { slug, name: `Toil ${slug.slice(5)}`, description: '', contact: '' },
  });
  for (const name of names) {
    // Who they are when they are signed in to the portal.
    const me = await value((await apiOf(name)).GET('/v1/me'));
    assert.ok(me.person, `${name} is a person`);
    const path = { team: slug, person: me.person.id };
    await api.PUT('/v1/teams/{team}/members/{person}', { params: { path } });
    // Their own team is the only one again, as other tests know them.
    t.after(() =>
      api.DELETE('/v1/teams/{team}/members/{person}', { params: { path } }),
    );
  }
  return slug;
}

/** A day, so many days ago, as forms and the API take it. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** Logs an hour of somebody on a day. */
async function log(person: string, team: string, day: string, note: string) {
  const theirs = await apiOf(person);
  await theirs.POST('/v1/teams/{team}/toil/entries', {
    params: { path: { team } },
    body: { day, minutes: 60, category: 'migrations', manual: true, note },
  });
}

test("the week's question is answered, and the answer is shown to that person alone", async t => {
  const team = await newTeam(t, ['ada', 'bruno']);
  const page = await visit(t, 'ada', `${toil}/${team}`, { allow: [/422/] });
  const question = page.getByRole('region', {
    name: 'How much of last week was toil?',
  });
  await question.getByText('Only you see what you answer').waitFor();
  await question.getByText('50 %', { exact: true }).click();
  await question.getByRole('button', { name: 'Answer' }).click();
  // More than nothing has a cause: the API's words stand at the field.
  await question.getByText('must be one of').waitFor();
  await question.getByRole('button', { name: /The largest cause/ }).click();
  await page.getByRole('option', { name: 'Migrations' }).click();
  await question.getByText('Days away, or a note').click();
  await question.getByLabel('A note to yourself').fill('The old store.');
  await question.getByRole('button', { name: 'Answer' }).click();
  await question.getByText('You answered 50 %').waitFor();
  const mine = page.getByRole('table', { name: 'Your answers before' });
  await mine.getByText('The old store.').waitFor();
  const yours = page.getByRole('definition').filter({ hasText: '50 %' });
  await yours.first().waitFor();

  const bruno = await visit(t, 'bruno', `${toil}/${team}`);
  await bruno.getByText('You have not answered before').waitFor();
  assert.equal(await bruno.getByText('The old store.').count(), 0);
  assert.equal(await bruno.getByText('You answered').count(), 0);
});

test('toil is logged, corrected, refused with the faults at the fields, and removed', async t => {
  const team = await newTeam(t, ['ada']);
  const page = await visit(t, 'ada', `${toil}/${team}`, {
    allow: [/422/, /412/],
  });
  await page.getByText('You have logged nothing yet').waitFor();
  await page.getByRole('button', { name: 'Log toil' }).click();
  const form = page.getByRole('dialog', { name: 'Log toil' });
  await form.getByLabel('Day').fill(daysAgo(-3));
  await form.getByLabel('Link').fill('on paper');
  await form.getByRole('button', { name: 'Log toil' }).click();
  await form.getByText(/must not be in the future/).waitFor();
  await form.getByText(/must be an? (absolute )?(http|URL|address)/i).waitFor();
  await form.getByLabel('Day').fill(daysAgo(1));
  await form.getByLabel('Link').fill('');
  await form.getByRole('textbox', { name: 'Minutes, hands on' }).fill('45');
  await form.getByLabel('Note').fill('Moved rows by hand.');
  await form.getByText('Again and again').click();
  await form.getByRole('button', { name: 'Log toil' }).click();
  await form.waitFor({ state: 'detached' });
  const entries = page.getByRole('table', { name: 'What you logged' });
  const entry = entries.getByRole('row').filter({ hasText: 'Moved rows' });
  await entry.getByText('45 min').waitFor();
  await entry.getByText('2 of 6').waitFor();
  // What it is made of: 45 min are three quarters of an hour.
  await page
    .getByRole('table', { name: 'What it is' })
    .getByText('0.8 h')
    .waitFor();

  // It is changed in another window meanwhile: the other change is shown.
  await entry.getByRole('button', { name: 'Change' }).click();
  const edit = page.getByRole('dialog', { name: 'Change what you logged' });
  await edit.getByRole('textbox', { name: 'Minutes, hands on' }).fill('50');
  const ada = await apiOf('ada');
  const list = await value(
    ada.GET('/v1/teams/{team}/toil/entries', { params: { path: { team } } }),
  );
  const [seen] = list.items ?? [];
  await ada.PUT('/v1/teams/{team}/toil/entries/{toilEntry}', {
    params: {
      path: { team, toilEntry: seen.id },
      header: ifMatch(`"${seen.version}"`),
    },
    body: { ...inputOf(seen), note: 'Moved rows by hand, twice.' },
  });
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.getByText('Somebody else was first').waitFor();
  // What was typed stays, and what was not touched is theirs.
  await edit.getByRole('button', { name: 'Go on from theirs' }).click();
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.waitFor({ state: 'detached' });
  await entry.filter({ hasText: 'twice' }).getByText('50 min').waitFor();

  await entry.getByRole('button', { name: 'Remove' }).click();
  const remove = page.getByRole('dialog', { name: 'Remove what you logged?' });
  await remove.getByRole('button', { name: 'Remove' }).click();
  await remove.waitFor({ state: 'detached' });
  await page.getByText('You have logged nothing yet').waitFor();
});

test('another team sees only what is over four people and more', async t => {
  const team = await newTeam(t, ['ada', 'bruno', 'chloe', 'dev']);
  // Four of them five weeks ago, three of them six weeks ago: weeks that nobody can answer any more.
  const [four, three] = [daysAgo(35), daysAgo(42)];
  for (const person of ['ada', 'bruno', 'chloe', 'dev']) {
    await log(person, team, four, 'In the week of four.');
  }
  for (const person of ['ada', 'bruno', 'chloe']) {
    await log(person, team, three, 'In the week of three.');
  }
  const inside = await visit(t, 'ada', `${toil}/${team}`);
  const sums = inside.getByRole('table', { name: 'What it is' });
  // Seven hours of seven entries.
  await sums.getByRole('cell', { name: '7 h' }).waitFor();

  const page = await visit(t, 'grace', `${toil}/${team}`);
  await page.getByText(/You are not a member of/).waitFor();
  const told = page.getByRole('table', { name: 'What it is' });
  // Of the week of four alone: four hours.
  await told.getByRole('cell', { name: '4 h' }).waitFor();
  assert.equal(await told.getByRole('cell', { name: '7 h' }).count(), 0);
  await page
    .getByText('Fewer than four people said something')
    .first()
    .waitFor();
  for (const own of ['In the week', 'What you logged', 'Your answers before']) {
    assert.equal(await page.getByText(own).count(), 0, own);
  }
  assert.equal(await page.getByRole('button', { name: 'Log toil' }).count(), 0);
  const settings = page.getByRole('region', { name: 'How it is measured' });
  await settings.getByText(`Members of ${team} do this.`).waitFor();
  assert.ok(
    await settings.getByRole('button', { name: 'Change' }).isDisabled(),
  );
});

test('what one person logged and answered reaches nobody else, not even an administrator', async t => {
  const team = await newTeam(t, ['ada']);
  await log('ada', team, daysAgo(2), 'A thing of her own.');
  const page = await visit(t, 'ada', `${toil}/${team}`);
  await page.getByText('A thing of her own.').waitFor();
  const sam = await visit(t, 'sam', `${toil}/${team}`);
  await sam.getByText(/You are not a member of/).waitFor();
  await sam.getByText('Nothing was logged in 90 days').waitFor();
  assert.equal(await sam.getByText('A thing of her own.').count(), 0);
});

test("the team's toil is shown with its share, its kinds and what to automate first", async t => {
  const page = await visit(t, 'bruno', `${toil}/payments`);
  const first = page.getByRole('table', { name: 'What to automate first' });
  await first.getByText('Roll checkout out in steps').waitFor();
  const share = page.getByRole('region', { name: 'Share of toil' });
  await share.getByText('by what was logged').first().waitFor();
  await page.getByRole('button', { name: 'Show as a table' }).click();
  await page.getByRole('columnheader', { name: 'Logged' }).waitFor();
  await page.getByRole('button', { name: 'Show as a picture' }).click();
  await accessible(page, first);
  await pictures(page, first, 'toil-team');
  const other = await visit(t, 'grace', `${toil}/payments`);
  const told = other.getByRole('table', { name: 'What it is' });
  await told.waitFor();
  await accessible(other, told);
  await pictures(other, told, 'toil-others');
});

test('automation shows what it did, day by day, and its team withdraws what was wrong', async t => {
  const team = await newTeam(t, ['nora']);
  const page = await visit(t, 'nora', `${toil}/${team}`);
  await page.getByText('No automation reported anything').waitFor();
  await api.POST('/v1/teams/{team}/toil/automations', {
    params: { path: { team } },
    body: {
      name: 'restart-worker',
      category: 'production_interrupts',
      day: daysAgo(1),
      count: 4,
      minutesEach: 15,
    },
  });
  await page.reload();
  const credits = page.getByRole('table', { name: 'What automation did' });
  // Four times a quarter of an hour.
  await credits.getByRole('cell', { name: '1 h' }).waitFor();
  await page.getByText('Each day that was reported').click();
  const reported = page.getByRole('table', {
    name: 'Each day that was reported',
  });
  await reported.getByText('15 min').waitFor();
  await reported.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByText('No automation reported anything').waitFor();
});

test('how toil is measured is changed by a member, and a lost race is shown', async t => {
  const team = await newTeam(t, ['ada', 'bruno']);
  const page = await visit(t, 'ada', `${toil}/${team}`, {
    allow: [/422/, /412/],
  });
  const settings = page.getByRole('region', { name: 'How it is measured' });
  await settings.getByRole('button', { name: 'Change' }).click();
  const form = page.getByRole('dialog', { name: 'How toil is measured' });
  await form.getByRole('textbox', { name: 'Cap, in percent' }).fill('70');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText(/must be 1 to 50/).waitFor();
  await form.getByRole('textbox', { name: 'Cap, in percent' }).fill('40');
  const bruno = await apiOf('bruno');
  const seen = await versioned(
    bruno.GET('/v1/teams/{team}/toil/settings', { params: { path: { team } } }),
  );
  await bruno.PUT('/v1/teams/{team}/toil/settings', {
    params: { path: { team }, header: ifMatch(seen.etag) },
    body: {
      hoursPerWeek: 30,
      daysPerWeek: 4,
      overheadPercent: 20,
      capPercent: 50,
      asks: false,
    },
  });
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('Somebody else was first').waitFor();
  await form.getByRole('button', { name: 'Begin again from theirs' }).click();
  await form
    .getByText('Somebody else was first')
    .waitFor({ state: 'detached' });
  assert.equal(
    await form
      .getByRole('textbox', { name: 'Working hours a week' })
      .inputValue(),
    '30',
  );
  await form.getByRole('textbox', { name: 'Cap, in percent' }).fill('40');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'detached' });
  await settings.getByText(/30 h a week on 4 days.*cap is 40 %/).waitFor();
});

test('toil is logged by keyboard alone', async t => {
  const team = await newTeam(t, ['ada']);
  const page = await visit(t, 'ada', `${toil}/${team}`);
  const open = page.getByRole('button', { name: 'Log toil' });
  await open.waitFor();
  await tabTo(page, open);
  await page.keyboard.press('Enter');
  const form = page.getByRole('dialog', { name: 'Log toil' });
  const minutes = form.getByRole('textbox', { name: 'Minutes, hands on' });
  await tabTo(page, minutes);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('20');
  const kind = form.getByRole('button', { name: /Kind/ });
  await tabTo(page, kind);
  await page.keyboard.press('Enter');
  const option = page.getByRole('option', { name: 'Migrations' });
  await option.waitFor();
  // The list is searched by what is typed.
  await page.keyboard.type('Mig');
  await option.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await option.waitFor({ state: 'detached' });
  await tabTo(page, form.getByRole('checkbox', { name: 'It interrupted' }));
  await page.keyboard.press('Space');
  await tabTo(page, form.getByLabel('Note'));
  await page.keyboard.type('Without a mouse.');
  await tabTo(page, form.getByRole('button', { name: 'Log toil' }));
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  const entry = page.getByRole('row').filter({ hasText: 'Without a mouse.' });
  await entry.getByText('20 min').waitFor();
  await entry.getByText('Migrations').waitFor();
  await open.and(page.locator(':focus')).waitFor();
});

for (const [region, button, dialog, field] of [
  ['What you logged', 'Log toil', /Log toil/, 'Note'],
  ['What you logged', 'Bring in a CSV file', /CSV/, 'The file’s text'],
  [/Survey/, 'Answer the survey', /Survey/, 'What would you automate?'],
  ['How it is measured', 'Change', /How toil is/, 'Cap, in percent'],
] as const) {
  test(`the form of “${button}” can be read by all`, async t => {
    const team = await newTeam(t, ['ada']);
    const page = await visit(t, 'ada', `${toil}/${team}`);
    const shown = page
      .getByRole('dialog', { name: dialog })
      .getByRole('textbox', { name: field });
    const pressed = page
      .getByRole('region', { name: region })
      .getByRole('button', { name: button });
    await pressed.waitFor();
    const open = () => pressed.click();
    await accessible(page, shown, '[role=dialog] form', open);
    await pictures(page, shown, `toil-${button.toLowerCase()}`, open);
  });
}

test('the survey of the quarter is answered, and begins with the answer when it is answered again', async t => {
  const team = await newTeam(t, ['ada']);
  const page = await visit(t, 'ada', `${toil}/${team}`);
  const survey = page.getByRole('region', { name: /Survey/ });
  await survey.getByRole('button', { name: 'Answer the survey' }).click();
  const form = page.getByRole('dialog', { name: /Survey/ });
  await form.getByRole('button', { name: 'Answer the survey' }).click();
  // Nothing is chosen for who answers.
  await form.getByText('Say one.').first().waitFor();
  await form.getByRole('textbox', { name: /How much/ }).fill('35');
  await form.getByRole('button', { name: /The largest cause/ }).click();
  await page.getByRole('option', { name: 'Migrations' }).click();
  await form.getByText('Better', { exact: true }).click();
  await form.getByText('Light', { exact: true }).click();
  await form.getByRole('button', { name: 'Answer the survey' }).click();
  await form.waitFor({ state: 'detached' });
  await survey.getByText('You said 35 %.').waitFor();
  await survey.getByRole('button', { name: 'Answer again' }).click();
  const share = form.getByRole('textbox', { name: /How much/ });
  assert.equal(await share.inputValue(), '35');
});

test('a CSV file is looked at first, with the faults of its lines, and then taken', async t => {
  const team = await newTeam(t, ['ada']);
  const page = await visit(t, 'ada', `${toil}/${team}`, { allow: [/422/] });
  await page.getByRole('button', { name: 'Bring in a CSV file' }).click();
  const form = page.getByRole('dialog', { name: 'Bring in a CSV file' });
  const text = form.getByRole('textbox', { name: 'The file’s text' });
  await text.fill(`day,minutes,category\n${daysAgo(1)},0,migrations\n`);
  await form.getByRole('button', { name: 'Look at it first' }).click();
  await form.getByText(/lines\/2\/minutes.*must be 1 to/).waitFor();
  await text.fill(`day,minutes,category\n${daysAgo(1)},25,migrations\n`);
  await form.getByRole('button', { name: 'Look at it first' }).click();
  await form.getByText('It has 1 line: 1 new, 25 minutes in all.').waitFor();
  await page.getByText('You have logged nothing yet').waitFor();
  await form.getByRole('button', { name: 'Take it' }).click();
  await form.waitFor({ state: 'detached' });
  const entries = page.getByRole('table', { name: 'What you logged' });
  await entries.getByText('25 min').waitFor();
});

/** What an entry was made of. */
function inputOf(entry: {
  day: string;
  minutes: number;
  category: 'migrations' | 'production_interrupts' | string;
}) {
  return {
    day: entry.day,
    minutes: entry.minutes,
    category: 'production_interrupts' as const,
  };
}
