import type { Request, Response } from 'express';
import {
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { requestHeaders, responseHeaders } from './headers';
import { Refusal } from './problem';
import type { ApiSettings } from './settings';

/** Bytes of a request's body at most; the API's own bound is lower. */
export const MAX_BODY = 16 << 20;

/** A request on its way to the API. */
export type Errand = {
  /** The path at the API, with its query. */
  target: string;
  token: string;
  /** The path of the plugin in the portal, such as "/api/evenkeel". */
  portal: string;
};

/**
 * Sends a request on to the API and its answer back, both as they come, without holding either.
 * Whoever goes away takes the API's work with them. Rejects with a Refusal where nothing was
 * answered yet; an answer that breaks off is broken off.
 */
export async function pass(
  settings: ApiSettings,
  errand: Errand,
  req: Request,
  res: Response,
): Promise<void> {
  if (Number(req.headers['content-length'] ?? 0) > MAX_BODY) {
    throw tooLarge();
  }
  const gone = new AbortController();
  res.once('close', () => res.writableFinished || gone.abort());

  const answer = await send(settings, errand, req, gone.signal);
  const places = { api: settings.baseUrl, portal: errand.portal };
  res
    .status(answer.statusCode ?? 502)
    .set(responseHeaders(answer.headers, places));
  await pipeline(answer, res);
}

async function send(
  settings: ApiSettings,
  errand: Errand,
  req: Request,
  gone: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(`${settings.baseUrl}${errand.target}`);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const onward = request(url, {
    method: req.method,
    headers: {
      ...requestHeaders(req.headers, errand.token),
      ...framing(req),
    },
    signal: gone,
  });
  onward.setTimeout(settings.timeoutMs, () => onward.destroy(tooSlow()));
  const answer = answerTo(onward);
  // Where the API answers before it has read all, its answer counts; the rest is not sent. What is
  // not read of the request is left to the server, which still has to answer it.
  const broken = hasBody(req)
    ? pipeline(req.pipe(bounded()), onward).catch(error => error)
    : onward.end();
  try {
    return await answer;
  } catch (error) {
    const refusal = [error, await broken].find(e => e instanceof Refusal);
    throw refusal ?? unreachable(settings, error);
  }
}

// Only these take one; what others send is not read, so that no body can pass for a request.
function hasBody(req: Request): boolean {
  return (
    ['POST', 'PUT', 'PATCH'].includes(req.method) &&
    (req.headers['transfer-encoding'] !== undefined ||
      Number(req.headers['content-length'] ?? 0) > 0)
  );
}

function framing(req: Request): Record<string, string> {
  const length = req.headers['content-length'];
  if (!hasBody(req)) {
    return ['GET', 'HEAD'].includes(req.method)
      ? {}
      : { 'content-length': '0' };
  }
  return length === undefined
    ? { 'transfer-encoding': 'chunked' }
    : { 'content-length': length };
}

function answerTo(onward: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    onward.once('response', resolve);
    onward.on('error', reject); // more than one may come, and none is to end the process
  });
}

function bounded(): Transform {
  let left = MAX_BODY;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) {
        done(tooLarge());
      } else {
        done(null, chunk);
      }
    },
  });
}

function tooLarge(): Refusal {
  return new Refusal(
    413,
    'body_too_large',
    `the body is larger than ${MAX_BODY} bytes; send less at a time`,
  );
}

function tooSlow(): Refusal {
  return new Refusal(
    504,
    'evenkeel_timeout',
    'the Evenkeel API took too long to answer; try again later',
  );
}

/** That the API does not answer; why, is for the log alone. */
export function unreachable(settings: ApiSettings, cause: unknown): Refusal {
  const refusal = new Refusal(
    502,
    'evenkeel_unreachable',
    'the portal does not reach the Evenkeel API; try again later',
    { 'Retry-After': '5' },
  );
  refusal.cause = new Error(`${settings.baseUrl} does not answer`, { cause });
  return refusal;
}
