import type { Schemas } from '@evenkeel/client';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';

/** Writes the window of an SLO in words. */
export function useWindowWords() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (of: Pick<Schemas['SLO'], 'windowDays' | 'calendar'>) =>
    of.calendar
      ? t('slos.window.calendar', { period: of.calendar.period })
      : t('slos.window.rolling', { days: String(of.windowDays ?? '') });
}

/** How measurements of an SLO are pushed, to copy. */
export function pushSnippet(service: string, slo: string): string {
  return `curl "$EVENKEEL_URL/v1/services/${service}/slos/${slo}/measurements" \\
  -H "Authorization: Bearer $EVENKEEL_TOKEN" -H "Content-Type: application/json" \\
  -d '{"reporter": "${service}", "slots": [{"start": "2026-11-28T06:00:00Z", "good": 998, "total": 1000}]}'`;
}
