/** The postmortem of the outage, with all sections that the built-in template requires. */
export const outagePostmortem = `## Summary

For two hours three in ten payments failed. A setting had left checkout with eight connections to
the ledger, where it needs about forty at noon.

## Impact

Three in ten payments failed, in the busiest hours of the day. Nobody paid twice, and no payment was
lost: 1,900 people were told by mail that they could try again.

## Root causes and contributing factors

- The pool had no lower bound, and nothing compared it with what the load test had found.
- Settings went out without a review, in one step to all instances.
- A pool that is used up looks like a slow ledger on the dashboard.

## Trigger

The setting \`pool-size-8\`, which was to save memory.

## Detection

The burn-rate alert of checkout paged six minutes after the setting was live.

## Resolution

The pool was set to 64 again, and waiting orders were paid.

## What went well

The alert came before the first call to support.

## What went wrong

An hour went by until anybody looked at the pool.

## Lessons

A setting is a change as code is: reviewed, rolled out in steps, and shown on the same timeline.

## Action items

They are kept with the incident.
`;
