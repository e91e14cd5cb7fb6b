import { value } from '@evenkeel/client';
import {
  Nothing,
  PageTitle,
  Section,
  Shown,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink } from '@backstage/ui';

import { OverviewFigures } from '../organisation/OverviewFigures';
import { organisationRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';

const memberOf = `apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: you
spec:
  memberOf: [your-team]`;

/** For somebody who is in no team: how one becomes a member, and the organisation meanwhile. */
export function Stranger(props: { name: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const organisation = useRouteRef(organisationRouteRef);
  const overview = useRead(['overview'], (api, signal) =>
    value(api.GET('/v1/overview', { signal })),
  );
  return (
    <>
      <PageTitle title={t('home.hello', { name: props.name })} />
      <Nothing title={t('home.stranger.title')} snippet={memberOf}>
        {t('home.stranger.text')}
      </Nothing>
      <Section
        title={t('home.stranger.organisation')}
        actions={
          organisation && (
            <ButtonLink size="small" variant="secondary" href={organisation()}>
              {t('home.stranger.see')}
            </ButtonLink>
          )
        }
      >
        <Shown what={t('home.stranger.what')} read={overview}>
          {found => <OverviewFigures overview={found} />}
        </Shown>
      </Section>
    </>
  );
}
