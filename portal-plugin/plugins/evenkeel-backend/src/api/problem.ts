import type { Problem } from '@evenkeel/client';
import type { Response } from 'express';
import { STATUS_CODES } from 'node:http';

/** A reply that the API never gave; it has the API's own shape, so that callers know one. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    /** Stable, for programs. */
    readonly code: string,
    /** What happened, for people. */
    detail: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
  }
}

/** Answers with a refusal; nothing may have been answered yet. */
export function refuse(res: Response, refusal: Refusal): void {
  const problem: Problem = {
    type: `urn:evenkeel:problem:${refusal.code}`,
    title: STATUS_CODES[refusal.status] ?? `HTTP ${refusal.status}`,
    status: refusal.status,
    code: refusal.code,
    detail: refusal.message,
    requestId: '', // it names a request in the API's log, and this is in none
  };
  res
    .status(refusal.status)
    .set(refusal.headers)
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}
