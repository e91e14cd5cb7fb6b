import assert from 'node:assert/strict';
import { test } from 'node:test';

import { versioned, ifMatch, type Schemas } from '@evenkeel/client';
import type { Locator, Page } from 'playwright-core';

import { outagePostmortem } from '../src/postmortem';
import { apiOf, idOf } from './asking';
import { accessible } from './axe';
import { again, dialogOf } from './dialog';
import { choose, tabTo } from './field';
import { visit } from './house';
import { declared, sample } from './incidents';
import { pictures } from './pictures';

const blaming = 'Ada was careless when she took the pool away.';
const kind = 'Nothing said that the pool was in use.';

function field(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Text, in Markdown' });
}

function save(page: Page): Locator {
  return page.getByRole('button', { name: 'Save', exact: true });
}

/** An incident of payments whose postmortem is begun, with its path in the portal. */
async function begun(): Promise<{
  incident: Schemas['Incident'];
  at: string;
}> {
  const incident = await declared();
  const api = await apiOf('ada');
  await api.PUT('/v1/incidents/{incident}/postmortem', {
    params: { path: { incident: incident.id } },
    body: {},
  });
  return { incident, at: `/evenkeel/incidents/${incident.id}/postmortem` };
}

/** Saves a text as one of the sample people, as the next version. */
async function saved(person: string, incident: string, text: string) {
  const api = await apiOf(person);
  const path = { incident };
  const { etag } = await versioned(
    api.GET('/v1/incidents/{incident}/postmortem', { params: { path } }),
  );
  await api.PUT('/v1/incidents/{incident}/postmortem/text', {
    params: { path, header: ifMatch(etag) },
    body: { text },
  });
}

test('it is begun, and what blames is marked where it stands until it is mended', async t => {
  const incident = await declared();
  const page = await visit(
    t,
    'ada',
    `/evenkeel/incidents/${incident.id}/postmortem`,
    // There is none yet.
    { allow: [/404/] },
  );
  const begin = page.getByRole('button', { name: 'Begin it' });
  await accessible(page, begin);
  await pictures(page, begin, 'postmortem-none');
  await begin.click();
  const text = field(page);
  await text.waitFor();
  const template = await text.inputValue();
  assert.match(template, /## Summary/);

  await text.fill(template.replace('## Summary', `## Summary\n\n${blaming}`));
  const mark = page.locator('mark', { hasText: 'careless' });
  await mark.waitFor();
  const advice = page.getByRole('list', {
    name: 'What to look at in the words',
  });
  await advice.getByText(/“careless”/).waitFor();
  // The mark lies behind the word: the text and what it is drawn over are set alike.
  assert.deepEqual(await settingOf(text), await settingOf(mark.locator('..')));
  await page
    .getByRole('button', { name: 'Show “careless” in the text' })
    .click();
  assert.equal(
    await text.evaluate((node: HTMLTextAreaElement) =>
      node.value.slice(node.selectionStart, node.selectionEnd),
    ),
    'careless',
  );

  await text.fill(template.replace('## Summary', `## Summary\n\n${kind}`));
  await mark.waitFor({ state: 'detached' });
  await page.getByText('Nothing in the words blames anybody.').waitFor();
  await page.getByText('Not saved yet').waitFor();
  await save(page).click();
  await page.getByText(/^Version 2, saved by Ada Okafor/).waitFor();
  await page.reload();
  await text.waitFor();
  assert.match(await text.inputValue(), new RegExp(kind));
});

/** How letters of an element are set, and how large it is. */
function settingOf(element: Locator): Promise<object> {
  return element.evaluate(node => {
    const style = getComputedStyle(node);
    const { x, y, width, height } = node.getBoundingClientRect();
    return {
      font: `${style.fontSize} ${style.lineHeight} ${style.fontFamily}`,
      space: `${style.letterSpacing} ${style.padding} ${style.whiteSpace}`,
      box: [x, y, width, height].map(Math.round),
    };
  });
}

test('somebody else saves first: it shows what they wrote, and what was typed stays', async t => {
  const { incident, at } = await begun();
  const page = await visit(t, 'ada', at, { allow: [/412/] });
  const text = field(page);
  const template = await text.inputValue();
  await text.fill(`${template}\nMine.`);
  await saved('bruno', incident.id, `${template}\nTheirs.`);
  await save(page).click();
  const race = page.getByRole('alert');
  await race.getByText(/\+Theirs\./).waitFor();
  assert.equal(await text.inputValue(), `${template}\nMine.`);

  await race.getByRole('button', { name: 'Begin again from theirs' }).click();
  await race.waitFor({ state: 'hidden' });
  assert.equal(await text.inputValue(), `${template}\nTheirs.`);
  // What was typed is there to copy from.
  await page.getByText('What you had typed, to copy from').waitFor();
  await page.locator('pre', { hasText: 'Mine.' }).waitFor();
  await text.fill(`${template}\nTheirs. Mine.`);
  await save(page).click();
  await page.getByText(/^Version 3, saved by Ada Okafor/).waitFor();
});

test('who read what somebody else saved can keep their own', async t => {
  const { incident, at } = await begun();
  const page = await visit(t, 'ada', at, { allow: [/412/] });
  const text = field(page);
  await text.fill('## Summary\n\nMine.');
  await saved('bruno', incident.id, '## Summary\n\nTheirs.');
  await save(page).click();
  await page.getByRole('button', { name: /Keep my text/ }).click();
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  assert.equal(await text.inputValue(), '## Summary\n\nMine.');
  await save(page).click();
  await page.getByText(/^Version 3, saved by Ada Okafor/).waitFor();
});

test('it is sent to review, and published by those who may', async t => {
  const { incident, at } = await begun();
  await saved('ada', incident.id, outagePostmortem);
  const ada = await visit(t, 'ada', at, { allow: [/422/] });
  await field(ada).waitFor();
  await ada.getByText('No part is missing.').waitFor();
  await ada.getByRole('button', { name: 'Submit for review' }).click();
  const dialog = dialogOf(ada);
  await dialog.getByRole('button', { name: 'Submit for review' }).click();
  await dialog.getByText('must be 1 to 10 people').waitFor();
  await choose(
    ada,
    dialog.getByRole('button', { name: /Reviewer/ }),
    'Bruno Keller',
  );
  await dialog.getByRole('button', { name: 'Submit for review' }).click();
  await ada.getByText('In review', { exact: true }).waitFor();
  const approve = ada.getByRole('button', { name: 'Approve' });
  assert.equal(await approve.isDisabled(), true);
  await ada
    .getByText('Who was asked to review it does this: Bruno Keller.')
    .filter({ visible: true })
    .waitFor();

  const bruno = await visit(t, 'bruno', at);
  await bruno.getByRole('button', { name: 'Ask for changes' }).click();
  await bruno
    .getByRole('textbox', { name: 'What has to change?' })
    .fill('Say how it was found.');
  await dialogOf(bruno)
    .getByRole('button', { name: 'Ask for changes' })
    .click();
  await bruno.getByText('Draft', { exact: true }).waitFor();

  await ada.reload();
  await ada.getByText('Bruno Keller asked for changes').waitFor();
  await ada.getByText('Say how it was found.').waitFor();
  await ada.getByRole('button', { name: 'Submit for review' }).click();
  await choose(
    ada,
    dialog.getByRole('button', { name: /Reviewer/ }),
    'Bruno Keller',
  );
  await dialog.getByRole('button', { name: 'Submit for review' }).click();
  await ada.getByText('In review', { exact: true }).waitFor();
  await bruno.reload();
  await bruno.getByRole('button', { name: 'Approve' }).click();
  await bruno.getByText('Approved', { exact: true }).waitFor();

  await ada.reload();
  await ada.getByRole('button', { name: 'Publish' }).click();
  await ada.getByText('Published', { exact: true }).waitFor();
  await ada.getByText('Approved by Bruno Keller').waitFor();
});

test('somebody of another team reads it, is told who writes it, and may ask for one', async t => {
  const { id } = await sample('Nobody could pay for two hours');
  const published = await visit(
    t,
    'grace',
    `/evenkeel/incidents/${id}/postmortem`,
  );
  const summary = published.getByRole('heading', { name: 'Summary' });
  await summary.waitFor();
  assert.equal(
    await published.getByRole('button', { name: 'Reopen' }).isDisabled(),
    true,
  );
  await accessible(published, summary);
  await pictures(published, summary, 'postmortem');

  const incident = await declared();
  const page = await visit(
    t,
    'grace',
    `/evenkeel/incidents/${incident.id}/postmortem`,
    { allow: [/404/, /422/] },
  );
  const begin = page.getByRole('button', { name: 'Begin it' });
  await begin.waitFor();
  assert.equal(await begin.isDisabled(), true);
  await page
    .getByText('Members of payments and who is in a role of the incident')
    .waitFor();
  await page.getByRole('button', { name: 'Ask for it' }).click();
  const dialog = dialogOf(page);
  await dialog
    .getByRole('textbox', { name: 'Reason' })
    .fill('It is the third time.');
  await dialog.getByRole('button', { name: 'Ask for it' }).click();
  await page
    .getByText(/Grace Lindqvist asked for it .*: It is the third time\./)
    .waitFor();
});

test('who is in a role of the incident writes its postmortem, of whichever team they are', async t => {
  const incident = await declared({ roles: { scribe: await idOf('hana') } });
  const page = await visit(
    t,
    'hana',
    `/evenkeel/incidents/${incident.id}/postmortem`,
    { allow: [/404/] },
  );
  await page.getByRole('button', { name: 'Begin it' }).click();
  await field(page).waitFor();
});

test('what is typed is not taken away when somebody else goes on with it', async t => {
  const { incident, at } = await begun();
  await saved('ada', incident.id, outagePostmortem);
  const page = await visit(t, 'ada', at);
  const text = field(page);
  await text.fill(`${outagePostmortem}\nOne more thing.`);
  const submit = page.getByRole('button', { name: 'Submit for review' });
  await page.getByText('Save what you typed first.').waitFor();
  assert.equal(await submit.isDisabled(), true);
  await save(page).click();
  await page
    .getByText('Save what you typed first.')
    .waitFor({ state: 'hidden' });
  assert.equal(await submit.isEnabled(), true);
});

test('a postmortem is begun, written and submitted by keyboard alone', async t => {
  const incident = await declared();
  const page = await visit(t, 'ada', `/evenkeel/incidents/${incident.id}`, {
    allow: [/404/],
  });
  const open = page.getByRole('link', { name: 'Open the postmortem' });
  await open.waitFor();
  await tabTo(page, open);
  await page.keyboard.press('Enter');
  const begin = page.getByRole('button', { name: 'Begin it' });
  await begin.waitFor();
  await tabTo(page, begin);
  await page.keyboard.press('Space');
  const text = field(page);
  await text.waitFor();
  await tabTo(page, text);
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(outagePostmortem);
  await page.keyboard.type(blaming);
  const show = page.getByRole('button', { name: /Show “careless”/ });
  await show.waitFor();
  await tabTo(page, show);
  // It leads to the word in the text, which is typed over.
  await page.keyboard.press('Enter');
  await page.keyboard.type('in a hurry');
  await show.waitFor({ state: 'detached' });
  assert.match(await text.inputValue(), /Ada was in a hurry when/);
  await page.keyboard.press('Shift+Tab');
  assert.equal(
    await save(page).evaluate(node => node === document.activeElement),
    true,
    'the button to save is before the text',
  );
  await page.keyboard.press('Enter');
  await page.getByText(/^Version 2, saved by/).waitFor();

  const submit = page.getByRole('button', { name: 'Submit for review' });
  await tabTo(page, submit);
  await page.keyboard.press('Enter');
  const dialog = dialogOf(page);
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  // The dialog gives the focus back.
  await page.waitForFunction(
    () => document.activeElement?.textContent === 'Submit for review',
  );
  await page.keyboard.press('Enter');
  const reviewer = dialog.getByRole('button', { name: /Reviewer/ });
  await reviewer.waitFor();
  await tabTo(page, reviewer);
  await page.keyboard.press('Enter');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.type('Bruno');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('option').first().waitFor({ state: 'hidden' });
  await tabTo(page, dialog.getByRole('button', { name: 'Submit for review' }));
  await page.keyboard.press('Enter');
  await page.getByText('In review', { exact: true }).waitFor();
});

test('writing and asking for a review can be used and read by all', async t => {
  const { incident, at } = await begun();
  await saved('ada', incident.id, `## Summary\n\n${blaming}`);
  const page = await visit(t, 'ada', at, { allow: [/422/] });
  const mark = page.locator('mark');
  await accessible(page, mark);
  await pictures(page, mark, 'postmortem-lint');
  const dialog = dialogOf(page);
  const show = again(page, dialog, async () => {
    const submit = { name: 'Submit for review' };
    await page.getByRole('button', submit).click();
    await dialog.getByRole('button', submit).click();
    await dialog.getByText('must be 1 to 10 people').waitFor();
  });
  await accessible(page, dialog, '[role="dialog"]', show);
  await pictures(page, dialog, 'postmortem-submit', show);
});
