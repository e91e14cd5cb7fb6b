import type { Config } from '@backstage/config';

/** How the API is reached. */
export type ApiSettings = {
  /** Where it is, without a slash at the end and without "/v1". */
  baseUrl: string;
  /** Whom the tokens are for. */
  audience: string;
  /** Milliseconds until it begins to answer, and between two parts of an answer. */
  timeoutMs: number;
};

/**
 * Reads the settings under `evenkeel`; throws an Error that names the setting, its value and what
 * would be right.
 */
export function readApiSettings(config: Config): ApiSettings {
  const own = config.getConfig('evenkeel');
  const text = own.getString('baseUrl');
  const seconds = own.getOptionalNumber('timeoutSeconds') ?? 60;
  if (!(seconds > 0 && seconds <= 600)) {
    throw new Error(
      `evenkeel.timeoutSeconds is ${seconds}: it is more than 0 and at most 600`,
    );
  }
  return {
    baseUrl: checkedUrl(text),
    audience: own.getOptionalString('audience') ?? 'evenkeel-api',
    timeoutMs: seconds * 1000,
  };
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username ||
    url.password ||
    url.search ||
    url.hash
  ) {
    // What it holds may be a password.
    throw new Error(
      'evenkeel.baseUrl is not the address of an API: it is like "https://evenkeel.example.org", without a user, a query or a fragment',
    );
  }
  return url.href.replace(/\/+$/, '');
}
