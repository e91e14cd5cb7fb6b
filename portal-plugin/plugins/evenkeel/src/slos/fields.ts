import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { wayOf, type Draft } from './draft';

/** What the fields of the form are called, by the pointers of what they are for. */
const names = {
  '/name': 'slos.form.name',
  '/slug': 'slos.form.slug',
  '/description': 'slos.form.description',
  '/objective': 'slos.figures.objective',
  '/windowDays': 'slos.form.days',
  '/calendar': 'slos.form.window',
  '/calendar/timeZone': 'slos.form.timeZone',
  '/budgeting': 'slos.promise.budget',
  '/budgeting/sliceTarget': 'slos.form.sliceTarget',
  '/budgeting/missing': 'slos.form.missing',
  '/minEvents': 'slos.form.minEvents',
  '/confidence': 'slos.form.confidence',
  '/enforcement': 'slos.promise.policies',
  '/furtherObjectives': 'slos.further.title',
  '/alerts': 'slos.form.alerts',
  '/alerts/minBadEvents': 'slos.form.minBadEvents',
  '/rationale': 'slos.form.rationale',
  '/reviewer': 'slos.promise.reviewer',
  '/reviewBy': 'slos.promise.review',
  '/indicator/category': 'slos.promise.kind',
  '/indicator/counting': 'slos.form.counting',
  '/indicator/description': 'slos.promise.good',
  '/indicator/resolutionSeconds': 'slos.form.resolution',
  '/indicator/groupBy': 'slos.form.groupBy',
  '/indicator/maxGroups': 'slos.form.maxGroups',
  '/indicator/source/dataSource': 'slos.promise.source',
  '/indicator/source/ratio/good': 'slos.form.good',
  '/indicator/source/ratio/bad': 'slos.form.bad',
  '/indicator/source/ratio/total': 'slos.form.total',
  '/indicator/source/latency/metric': 'slos.form.metric',
  '/indicator/source/latency/selector': 'slos.form.selector',
  '/indicator/source/latency/thresholdSeconds': 'slos.form.thresholdSeconds',
  '/indicator/source/threshold/query': 'slos.form.query',
  '/indicator/source/threshold/value': 'slos.form.limit',
  '/indicator/source/rawRatio/query': 'slos.form.share',
  '/indicator/source/rawRatio/weight': 'slos.form.weight',
} as const;

type Pointer = keyof typeof names;

const pointers = Object.keys(names) as Pointer[];

// What stands in the form only with some drafts.
function stands(pointer: Pointer, draft: Draft): boolean {
  const { indicator, calendar, budgeting } = draft;
  const { source } = indicator;
  switch (pointer) {
    case '/windowDays':
      return !calendar;
    case '/calendar/timeZone':
      return Boolean(calendar);
    case '/budgeting/sliceTarget':
      return budgeting?.method === 'timeslices';
    case '/budgeting/missing':
      return Boolean(budgeting) && budgeting?.method !== 'occurrences';
    case '/indicator/counting':
      return !source;
    case '/indicator/maxGroups':
      return Boolean(indicator.groupBy);
    case '/indicator/source/dataSource':
      return wayOf(draft) !== 'other' && Boolean(source);
    case '/indicator/source/ratio/good':
      return source?.ratio !== undefined && source.ratio.bad === undefined;
    case '/indicator/source/ratio/bad':
      return source?.ratio?.bad !== undefined;
    default: {
      const way = /^\/indicator\/source\/(\w+)\//.exec(pointer)?.[1];
      return way === undefined || Boolean(source && way in source);
    }
  }
}

/** The pointers of what the form of a draft has fields for: what is refused of them stands there. */
export function pointersOf(draft: Draft): readonly string[] {
  return [
    ...pointers.filter(pointer => stands(pointer, draft)),
    ...(draft.furtherObjectives ?? []).flatMap(({ calendar }, at) =>
      [
        'name',
        'objective',
        'calendar',
        ...(calendar ? ['calendar/timeZone'] : ['windowDays']),
      ].map(field => `/furtherObjectives/${at}/${field}`),
    ),
  ];
}

/** Names the field of the form that a pointer leads to; the pointer itself where there is none. */
export function useFieldNames(): (pointer: string) => string {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return pointer => {
    const nearest = pointers
      .filter(of => pointer === of || pointer.startsWith(`${of}/`))
      .sort((a, b) => b.length - a.length)[0];
    return nearest ? t(names[nearest]) : pointer;
  };
}
