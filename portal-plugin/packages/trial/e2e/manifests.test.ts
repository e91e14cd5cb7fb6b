import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ifMatch, value, versioned } from '@evenkeel/client';

import { runJob } from '../src/jobs';
import { api } from './asking';
import { accessible } from './axe';
import { visit } from './house';
import { newService, pushed } from './objective';
import { word } from './names';
import { pictures } from './pictures';

const source = 'https://git.example.org/reliability';

/** Has a set of the team of Nora keep an SLO of a service that is made for it. */
async function keptSLO() {
  const service = await newService();
  const set = `parcels-${word()}`;
  const apply = () =>
    value(
      api.POST('/v1/manifest-applications', {
        body: {
          ...{ set, source, team: 'fulfilment' },
          files: [
            {
              path: `slos/${service}.yaml`,
              text: [
                'apiVersion: evenkeel/v1',
                'kind: SLO',
                `service: ${service}`,
                'slug: made',
                'name: Parcels are sent',
                'objective: 99%',
                'minEvents: 1',
                'enforcement: observed',
                'indicator: {category: availability, counting: good_total, resolutionSeconds: 300}',
              ].join('\n'),
            },
          ],
        },
      }),
    );
  await apply();
  return { service, set, apply };
}

test('of an SLO that a set keeps the portal says which and where, and changes nothing', async t => {
  const { service, set } = await keptSLO();
  const at = `/evenkeel/slos/${service}/made`;
  const page = await visit(t, 'nora', at);
  const where = page.getByText(`It is changed in slos/${service}.yaml`);
  await where.waitFor();
  const edit = page.getByRole('button', { name: 'Edit' });
  assert.ok(await edit.isDisabled());
  assert.ok(await page.getByRole('button', { name: 'Retire' }).isDisabled());
  const why = await edit.getAttribute('aria-describedby');
  assert.equal(
    await page.locator(`[id="${why}"]`).textContent(),
    `Kept by the set ${set}`,
  );
  await accessible(page, where);
  await pictures(page, where, 'slo-kept');

  await page.goto(`${new URL(page.url()).origin}${at}/edit`);
  await page.getByRole('heading', { name: `Kept by the set ${set}` }).waitFor();
  assert.equal(await page.getByRole('textbox').count(), 0);
  await accessible(page, where);
  await pictures(page, where, 'slo-kept-edit');
});

test('what drifted is told on the page of its service, and of its team', async t => {
  const { service, set, apply } = await keptSLO();
  // Others look at the team, too.
  t.after(async () => {
    await apply();
    await runJob(api, 'compare-manifests');
  });
  const path = { service, slo: 'made' };
  // In an emergency its set lets it go, and a person changes it.
  const { items } = await value(
    api.GET('/v1/manifest-sets/{set}/manifests', { params: { path: { set } } }),
  );
  await value(
    api.POST('/v1/manifest-sets/{set}/manifests/{manifest}/release', {
      params: { path: { set, manifest: items[0].id } },
      body: { reason: 'It pages everybody.' },
    }),
  );
  const found = await versioned(
    api.GET('/v1/services/{service}/slos/{slo}', { params: { path } }),
  );
  await versioned(
    api.PUT('/v1/services/{service}/slos/{slo}', {
      params: { path, header: ifMatch(found.etag) },
      body: {
        ...{ slug: 'made', name: 'Parcels are sent', objective: '90%' },
        ...{ minEvents: 1, enforcement: 'observed', indicator: pushed },
      },
    }),
  );
  await runJob(api, 'compare-manifests');

  const page = await visit(t, 'nora', `/evenkeel/services/${service}`);
  const drift = page
    .getByRole('listitem')
    .filter({ hasText: 'objective is 90% instead of 99%' });
  await drift.getByText(/It pages everybody\./).waitFor();
  await drift.getByRole('link', { name: `${service}/made` }).waitFor();
  await page.getByText('1 thing differs from what its manifest says').waitFor();
  await accessible(page, drift);
  await pictures(page, drift, 'service-drift');

  const organisation = await visit(t, 'nora', '/evenkeel/organisation');
  const open = async () => {
    await organisation.reload();
    // The system of a team has its name in small letters.
    for (const team of [/^Commerce/, /^Fulfilment/]) {
      await organisation.locator('summary').filter({ hasText: team }).click();
    }
  };
  await open();
  const theirs = organisation
    .getByRole('listitem')
    .filter({ hasText: `${service}/made` });
  await theirs.waitFor();
  await accessible(organisation, theirs, 'main', open);
  await pictures(organisation, theirs, 'team-drift', open);
});
