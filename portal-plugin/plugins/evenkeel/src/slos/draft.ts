import type { Schemas } from '@evenkeel/client';

/** An SLO as it is being written. */
export type Draft = Schemas['SLOInput'];

/** An SLO that is written and not saved, and what it changes. */
export type Unsaved = {
  draft: Draft;
  /** What the form began with; the ETag and version of that where it is declared. */
  was: Draft;
  etag?: string;
  version?: number;
};

function isDraft(kept: unknown): kept is Draft {
  const { slug, name, indicator } = (kept ?? {}) as Partial<Draft>;
  return (
    typeof slug === 'string' &&
    typeof name === 'string' &&
    typeof indicator?.category === 'string'
  );
}

/** What was kept of an SLO that was not saved; undefined where it is none. */
export function unsavedIn(kept: unknown): Unsaved | undefined {
  const { draft, was, etag, version } = (kept ?? {}) as Partial<Unsaved>;
  return isDraft(draft) && isDraft(was)
    ? { draft, was, etag, version }
    : undefined;
}

/** The ways in which measurements are had that the form has fields for, and "other" for further ones. */
export const ways = [
  'pushed',
  'ratio',
  'latency',
  'threshold',
  'rawRatio',
  'other',
] as const;

/** A way in which measurements are had. */
export type Way = (typeof ways)[number];

/** The pairs of windows that alert, and what else can be switched off. */
export const alertKinds = [
  '1h/5m',
  '6h/30m',
  '1d/2h',
  '3d/6h',
  'absent',
] as const;

/** A slug made of a name: "Orders can be paid" is "orders-can-be-paid". */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
}

/** An SLO that nobody wrote yet. */
export function newDraft(kind: Schemas['SLOKind']): Draft {
  return {
    slug: kind.category,
    name: '',
    objective: kind.objective,
    windowDays: 28,
    minEvents: 1,
    enforcement: 'policy',
    budgeting: { method: 'occurrences' },
    indicator: {
      category: kind.category,
      counting: 'good_total',
      description: kind.goodEvent,
      resolutionSeconds: 300,
    },
  };
}

/** An SLO that is declared, as it would be declared again. */
export function draftOf(slo: Schemas['SLO']): Draft {
  const { indicator, confidence, calendar, windowDays, reviewBy } = slo;
  const { dataSource, ...form } = indicator.source ?? {};
  return {
    slug: slo.slug,
    name: slo.name,
    description: slo.description,
    objective: slo.objective,
    windowDays,
    calendar,
    furtherObjectives: slo.furtherObjectives,
    budgeting: slo.budgeting,
    minEvents: slo.minEvents,
    confidence,
    enforcement: slo.enforcement,
    alerts: slo.alerts,
    rationale: slo.rationale,
    reviewer: slo.reviewer,
    reviewBy: reviewBy ?? undefined,
    indicator: {
      category: indicator.category,
      counting: indicator.counting,
      description: indicator.description,
      groupBy: indicator.groupBy,
      maxGroups: indicator.maxGroups,
      resolutionSeconds: indicator.resolutionSeconds,
      source: indicator.source && { ...form, dataSource: dataSource?.slug },
    },
  };
}

/** How the measurements of a draft are had. */
export function wayOf(draft: Draft): Way {
  const { source } = draft.indicator;
  if (!source) {
    return 'pushed';
  }
  return ways.find(way => way in source) ?? 'other';
}

/** A draft as it is sent: a percentage has its sign, and what was left empty is left out. */
export function bodyOf(draft: Draft): Draft {
  const objective = draft.objective?.trim();
  const sign = (text: string | undefined) =>
    text && !text.includes('%') ? `${text} %`.replace(' ', '') : text;
  return {
    ...draft,
    slug: draft.slug.trim(),
    name: draft.name.trim(),
    objective: sign(objective) || undefined,
    furtherObjectives: draft.furtherObjectives?.map(goal => ({
      ...goal,
      objective: sign(goal.objective.trim()) ?? '',
    })),
    confidence: sign(draft.confidence?.trim()) || undefined,
    description: draft.description || undefined,
    rationale: draft.rationale || undefined,
    reviewer: draft.reviewer || undefined,
    reviewBy: draft.reviewBy || undefined,
    indicator: {
      ...draft.indicator,
      description: draft.indicator.description || undefined,
      groupBy: draft.indicator.groupBy || undefined,
      maxGroups: draft.indicator.groupBy
        ? draft.indicator.maxGroups
        : undefined,
    },
  };
}
