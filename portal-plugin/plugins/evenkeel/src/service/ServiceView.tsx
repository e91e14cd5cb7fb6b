import type { Schemas } from '@evenkeel/client';
import { Column, Columns } from '@evenkeel/plugin-evenkeel-react';

import { Drift } from '../kept/Drift';
import { Violations } from '../violations/Violations';
import { Gate } from './Gate';
import { HeaderStrip } from './HeaderStrip';
import { Issues, OpenActions, RecentIncidents } from './Incidents';
import { Managed } from './Managed';
import { Scorecards } from './Scorecards';
import { ServiceSLOs } from './ServiceSLOs';
import { Signals } from './Signals';

/** All there is to know of a service. */
export function ServiceView(props: { service: Schemas['Service'] }) {
  const { service } = props;
  const slug = service.slug;
  const team = service.team.slug;
  return (
    <>
      <HeaderStrip service={service} />
      <Managed service={service} />
      <Drift of={{ service: slug }} />
      <Violations of={{ service: slug }} />
      <ServiceSLOs service={slug} team={team} />
      <Signals service={slug} team={team} />
      <Columns>
        <Column>
          <Scorecards service={slug} />
        </Column>
        <Column>
          <Gate service={slug} team={team} />
          <RecentIncidents service={slug} />
          <OpenActions service={slug} />
          <Issues service={slug} />
        </Column>
      </Columns>
    </>
  );
}
