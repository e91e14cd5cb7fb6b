import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ifMatch, versioned } from '@evenkeel/client';

import { api } from './asking';
import { accessible } from './axe';
import { again, dialogOf } from './dialog';
import { choose, said } from './field';
import { visit } from './house';
import { declared } from './incidents';
import { named, word } from './names';
import { pictures } from './pictures';

const text = '## Summary\n\n## Lessons\n';

/** Makes a template, and takes it away when the test ends. */
async function template(t: { after: (end: () => Promise<void>) => void }) {
  const slug = `short-${word()}`;
  const name = named('Short');
  await api.POST('/v1/postmortem-templates', {
    body: { slug, name, markdown: text, required: ['Summary'] },
  });
  t.after(() => removed(slug));
  return { slug, name };
}

async function removed(slug: string): Promise<void> {
  const path = { postmortemTemplate: slug };
  const { etag } = await versioned(
    api.GET('/v1/postmortem-templates/{postmortemTemplate}', {
      params: { path },
    }),
  );
  await api.DELETE('/v1/postmortem-templates/{postmortemTemplate}', {
    params: { path, header: ifMatch(etag) },
  });
}

test('an administrator makes a template, revises it and takes it away', async t => {
  const page = await visit(t, 'sam', '/evenkeel/incidents', { allow: [/422/] });
  const dialog = dialogOf(page);
  const add = page.getByRole('button', { name: 'Add a template' });
  const save = dialog.getByRole('button', { name: 'Save' });
  const field = (name: string) => dialog.getByRole('textbox', { name });
  const show = again(page, dialog, async () => {
    await add.click();
    await save.click();
    await dialog.getByText(/lower-case letters/).waitFor();
  });
  await show();
  await said(field('Slug'), /lower-case letters/);
  await said(field('Name'), /must/);
  const name = named('Brief');
  await field('Name').fill(name);
  await field('Slug').fill(`brief-${word()}`);
  await field('Text, in Markdown').fill(text);
  await field('Required sections').fill('Summary\nSurprises');
  await save.click();
  await dialog
    .getByText(/Surprises/)
    .last()
    .waitFor();
  await said(field('Required sections'), /must be a section/);
  await field('Required sections').fill('Summary');
  await save.click();
  const row = page.getByRole('row', { name });
  await row.getByText(/revision 1, Sam Whitaker/).waitFor();

  await page.getByRole('button', { name: `Revise “${name}”` }).click();
  await field('Required sections').fill('Summary\nLessons');
  await save.click();
  await row.getByText('Summary, Lessons').waitFor();
  await row.getByText(/revision 2/).waitFor();

  await page.getByRole('button', { name: `Remove “${name}”` }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  await accessible(page, dialog, '[role="dialog"]', show);
  await pictures(page, dialog, 'template', show);
});

test('a postmortem begins as the template that is chosen; others are told who writes templates', async t => {
  const { name } = await template(t);
  const incident = await declared();
  const page = await visit(
    t,
    'ada',
    `/evenkeel/incidents/${incident.id}/postmortem`,
    { allow: [/404/] },
  );
  await choose(page, page.getByRole('button', { name: /Template/ }), name);
  await page.getByRole('button', { name: 'Begin it' }).click();
  const field = page.getByRole('textbox', { name: 'Text, in Markdown' });
  await field.waitFor();
  assert.doesNotMatch(await field.inputValue(), /Root causes/);
  await page.getByText('Summary: empty').waitFor();

  await page.goto(`${new URL(page.url()).origin}/evenkeel/incidents`);
  const row = page.getByRole('row', { name });
  await row.getByText('Show its text').click();
  await row.getByText('## Lessons').waitFor();
  const add = page.getByRole('button', { name: 'Add a template' });
  assert.equal(await add.isDisabled(), true);
  await said(add, /^Administrators do this\.$/);
  await accessible(page, row);
});
