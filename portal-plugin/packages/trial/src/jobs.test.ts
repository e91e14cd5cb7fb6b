/** @jest-environment node */
import { evenkeel, type Schemas } from '@evenkeel/client';

import { runJob } from './jobs';

const run = (state: Schemas['Run']['state'], error = ''): Schemas['Run'] => ({
  ...{ id: 'R1', job: 'evaluate-budgets', replica: 'one', result: {} },
  ...{ scheduledAt: '2026-11-28T06:00:00Z', startedAt: '2026-11-28T06:00:00Z' },
  ...{ startedBy: 'Sam', trigger: 'manual', state, error },
  finishedAt: ['requested', 'running'].includes(state)
    ? null
    : '2026-11-28T06:00:12Z',
});

/** The API, which answers with these runs, one after the other; gives what was asked for too. */
function answering(...runs: Schemas['Run'][]) {
  const asked: string[] = [];
  const api = evenkeel({
    baseUrl: 'http://evenkeel.example',
    fetch: async request => {
      asked.push(`${request.method} ${new URL(request.url).pathname}`);
      return Response.json(runs[asked.length - 1]);
    },
  });
  return { api, asked };
}

it('waits for a run that takes longer than its answer', async () => {
  const { api, asked } = answering(
    run('requested'),
    run('running'),
    run('succeeded'),
  );
  expect((await runJob(api, 'evaluate-budgets')).state).toBe('succeeded');
  expect(asked).toEqual([
    'POST /v1/jobs/evaluate-budgets/runs',
    'GET /v1/jobs/evaluate-budgets/runs/R1',
    'GET /v1/jobs/evaluate-budgets/runs/R1',
  ]);
});

it('rejects where it failed, with what it says', async () => {
  const { api } = answering(run('failed', 'the database is away'));
  await expect(runJob(api, 'evaluate-budgets')).rejects.toThrow(
    'the job evaluate-budgets failed: the database is away',
  );
});
