import { setTimeout } from 'node:timers/promises';

import { value, type Evenkeel, type Schemas } from '@evenkeel/client';

// What is concluded from what was entered, each from what the one before left.
const jobs = [
  'evaluate-budgets',
  'apply-policies',
  'request-postmortems',
  'evaluate-scorecards',
  'evaluate-due-scorecards',
  'pursue-scorecards',
  'run-campaigns',
  'chase-action-items',
  'chase-exemptions',
  'forecast-budgets',
  // On a Monday or Tuesday it asks about the week before; on other days it asks nobody.
  'ask-toil',
];

/** Runs the jobs, so that what they conclude is there at once; gives how many ran. */
export async function runJobs(api: Evenkeel): Promise<number> {
  for (const job of jobs) {
    await runJob(api, job);
  }
  return jobs.length;
}

/** Runs a job, and resolves once it is over; rejects where it failed, with what it says. */
export async function runJob(
  api: Evenkeel,
  job: string,
): Promise<Schemas['Run']> {
  let run = await value(
    api.POST('/v1/jobs/{job}/runs', { params: { path: { job } } }),
  );
  // It is answered after ten seconds although it goes on, as on a machine that has much to do.
  while (!run.finishedAt) {
    await setTimeout(200);
    const path = { job, run: run.id };
    run = await value(
      api.GET('/v1/jobs/{job}/runs/{run}', { params: { path } }),
    );
  }
  if (run.state !== 'succeeded') {
    throw new Error(`the job ${job} ${run.state}: ${run.error}`);
  }
  return run;
}
