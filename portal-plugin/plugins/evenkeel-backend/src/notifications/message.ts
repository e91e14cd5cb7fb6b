import type { Schemas } from '@evenkeel/client';
import type { NotificationPayload } from '@backstage/plugin-notifications-common';

type Event = Schemas['Event'];

/**
 * The events that teams are told of in the portal. A violation that has changes wait is told as the
 * freeze that it begins.
 */
export const toldTypes: ReadonlySet<string> = new Set([
  'freeze.began',
  'freeze.ended',
  'violation.opened',
  'violation.ended',
  'violation.voided',
  'exemption.expiring',
  'action_item.overdue',
  'action_item.p0_overdue',
]);

const severities: Record<
  Event['urgency'],
  NonNullable<NotificationPayload['severity']>
> = { interrupt: 'high', soon: 'normal', weekly: 'low' };

/**
 * What a team is told of an event. All about one matter has one scope: what is told later takes the
 * place of what was told before, and telling it twice shows it once.
 */
export function message(event: Event): NotificationPayload {
  return {
    title: event.title,
    description: event.text,
    link: link(event),
    severity: severities[event.urgency],
    topic: event.type,
    scope: `evenkeel/${event.matter}`,
  };
}

// Where the portal shows it: the API names its own pages.
function link(event: Event): string {
  const [, room, name] = event.link.split(/[/#?]/);
  switch (room) {
    case 'incidents':
      return `/evenkeel/incidents/${name}`;
    case 'exemptions':
      return '/evenkeel/scorecards/exemptions';
    default:
      return event.service
        ? `/evenkeel/services/${event.service.slug}`
        : '/evenkeel';
  }
}
