import {
  createRouteRef,
  createSubRouteRef,
} from '@backstage/frontend-plugin-api';

/** The page of Evenkeel; its sub-pages are below. */
export const rootRouteRef = createRouteRef();

export const homeRouteRef = createRouteRef();

export const slosRouteRef = createRouteRef();
export const sloRouteRef = createSubRouteRef({
  parent: slosRouteRef,
  path: '/:service/:slo',
});
export const editSLORouteRef = createSubRouteRef({
  parent: slosRouteRef,
  path: '/:service/:slo/edit',
});
/** No slug has an underscore, so that it is never that of an SLO. */
export const declareSLORouteRef = createSubRouteRef({
  parent: slosRouteRef,
  path: '/:service/_new',
});

export const compositeRouteRef = createSubRouteRef({
  parent: slosRouteRef,
  path: '/_composites/:composite',
});

export const scorecardsRouteRef = createRouteRef();
export const scorecardRouteRef = createSubRouteRef({
  parent: scorecardsRouteRef,
  path: '/:scorecard',
});
export const checkRouteRef = createSubRouteRef({
  parent: scorecardsRouteRef,
  path: '/:scorecard/checks/:check',
});
export const campaignRouteRef = createSubRouteRef({
  parent: scorecardsRouteRef,
  path: '/campaigns/:campaign',
});
export const campaignsRouteRef = createSubRouteRef({
  parent: scorecardsRouteRef,
  path: '/campaigns',
});
export const exemptionsRouteRef = createSubRouteRef({
  parent: scorecardsRouteRef,
  path: '/exemptions',
});
export const launchReviewsRouteRef = createSubRouteRef({
  parent: scorecardsRouteRef,
  path: '/launch-reviews',
});
export const launchReviewRouteRef = createSubRouteRef({
  parent: scorecardsRouteRef,
  path: '/launch-reviews/:review',
});
export const scorecardReportRouteRef = createSubRouteRef({
  parent: scorecardsRouteRef,
  path: '/:scorecard/report',
});

export const toilRouteRef = createRouteRef();
export const teamToilRouteRef = createSubRouteRef({
  parent: toilRouteRef,
  path: '/:team',
});

export const incidentsRouteRef = createRouteRef();
export const incidentRouteRef = createSubRouteRef({
  parent: incidentsRouteRef,
  path: '/:incident',
});
/** No identifier of an incident is that word. */
export const incidentStatisticsRouteRef = createSubRouteRef({
  parent: incidentsRouteRef,
  path: '/statistics',
});
export const postmortemRouteRef = createSubRouteRef({
  parent: incidentsRouteRef,
  path: '/:incident/postmortem',
});

export const organisationRouteRef = createRouteRef();
export const issuesRouteRef = createRouteRef();
export const issueRouteRef = createSubRouteRef({
  parent: issuesRouteRef,
  path: '/:issue',
});

/** A service's page, also of one that no entity of the catalog is. */
export const servicesRouteRef = createRouteRef();
export const serviceRouteRef = createSubRouteRef({
  parent: servicesRouteRef,
  path: '/:service',
});
