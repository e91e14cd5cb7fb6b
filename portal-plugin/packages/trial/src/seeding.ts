import { setTimeout } from 'node:timers/promises';

import { evenkeel } from '@evenkeel/client';

import { tellChanges } from './changes';
import { declareIncidents } from './incidents';
import { runJobs } from './jobs';
import { pushMeasurements } from './measurements';
import { enterMany } from './many';
import { enterPeople, enterServices, enterTeams } from './organisation';
import { askGate, enforcePolicy, planForViolation } from './policies';
import { declarePromises, mapSignals, publishReport } from './promises';
import {
  askExemptions,
  beginCampaign,
  giveFacts,
  reviewLaunches,
  takeScorecards,
} from './readiness';
import { creditAutomation, tellToil } from './toil';
import { Trial } from './trial';

/** Where the trial's organisation is entered, and how much of it. */
export type SeedOptions = {
  /** Where the API is. */
  url: string;
  /** An administrator's token. */
  token: string;
  /** Where the portal is: who issues the identities of people. */
  portal: string;
  /** How many plain services there are beside those of the organisation. */
  services: number;
  /** The time that things are made for, in milliseconds. */
  now: number;
  /** Told what is being done. */
  say: (line: string) => void;
};

/**
 * Enters the organisation of the trial through the API alone. What is there already stays as it
 * is, so that a second time changes nothing but to tell what was measured since.
 */
export async function seed(options: SeedOptions): Promise<void> {
  const { say, now } = options;
  // Callers have a quota of requests a second: it is waited for.
  const api = evenkeel({
    baseUrl: options.url,
    token: options.token,
    retry: { attempts: 30 },
  });
  const began = performance.now();
  const step = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
    const result = await act();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(
      `${seconds.padStart(5)} s  ${what}${
        typeof result === 'number' ? `: ${result}` : ''
      }`,
    );
    return result;
  };
  const ids = await step('people', () => enterPeople(api, options.portal));
  await step('teams', () => enterTeams(api, ids));
  await step('services and SLOs', () => enterServices(api));
  await step('slots of measurements', () => pushMeasurements(api, now));
  const trial = new Trial(api, options.url.replace(/\/+$/, ''), ids, now);
  await step('changes', () => tellChanges(trial));
  await step('policy', () => enforcePolicy(trial));
  await step('golden signals', () => mapSignals(trial));
  await step('promises to customers', () => declarePromises(trial));
  await step('incidents', () => declareIncidents(trial));
  await step('scorecards', () => takeScorecards(trial));
  await step('facts', () => giveFacts(trial));
  await step('exemptions', () => askExemptions(trial));
  await step('campaigns', () => beginCampaign(trial));
  await step('launch reviews', () => reviewLaunches(trial));
  await step('answers and entries of toil', () => tellToil(trial));
  await step('automations', () => creditAutomation(trial));
  await step('reports', () => publishReport(trial));
  if (options.services > 0) {
    await step('plain services', () => enterMany(api, options.services, now));
  }
  await step('jobs', () => runJobs(api));
  // What they concluded is what these are about.
  await step('plans for violations', () => planForViolation(trial));
  await step('questions to the gate', () => askGate(trial));
}

/**
 * Goes on telling what is measured, each minute and until the program is ended. What fails, such as
 * while the API is started anew, is said and tried again: the next time tells what is missing.
 */
export async function follow(
  url: string,
  token: string,
  say: (line: string) => void,
): Promise<never> {
  const api = evenkeel({ baseUrl: url, token });
  for (;;) {
    await setTimeout(60_000);
    try {
      await pushMeasurements(api, Date.now());
    } catch (error) {
      say(
        `measurements wait: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}
