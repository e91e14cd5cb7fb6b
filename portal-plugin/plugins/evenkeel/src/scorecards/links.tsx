import { useRouteRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import type { ReactNode } from 'react';

import {
  checkRouteRef,
  incidentRouteRef,
  serviceRouteRef,
  sloRouteRef,
  teamToilRouteRef,
} from '../routes';

/** Text that leads somewhere, where there is such a page in this portal. */
export function To(props: { href: string | undefined; children: ReactNode }) {
  return props.href ? (
    <Link href={props.href}>{props.children}</Link>
  ) : (
    <>{props.children}</>
  );
}

/** A service, which leads to its page. */
export function ServiceLink(props: { service: string; children?: ReactNode }) {
  const { service, children } = props;
  return (
    <To href={useRouteRef(serviceRouteRef)?.({ service })}>
      {children ?? service}
    </To>
  );
}

/** An SLO, which leads to its page. */
export function SLOLink(props: {
  service: string;
  slo: string;
  children?: ReactNode;
}) {
  const { service, slo, children } = props;
  return (
    <To href={useRouteRef(sloRouteRef)?.({ service, slo })}>
      {children ?? slo}
    </To>
  );
}

/** A check of a scorecard, which leads to its page. */
export function CheckLink(props: {
  scorecard: string;
  check: string;
  children?: ReactNode;
}) {
  const { scorecard, check, children } = props;
  return (
    <To href={useRouteRef(checkRouteRef)?.({ scorecard, check })}>
      {children ?? check}
    </To>
  );
}

/** An incident, which leads to its page. */
export function IncidentLink(props: { incident: string; children: ReactNode }) {
  const { incident, children } = props;
  return (
    <To href={useRouteRef(incidentRouteRef)?.({ incident })}>{children}</To>
  );
}

/** A team's toil, which leads to its page. */
export function ToilLink(props: { team: string; children: ReactNode }) {
  const { team, children } = props;
  return <To href={useRouteRef(teamToilRouteRef)?.({ team })}>{children}</To>;
}
