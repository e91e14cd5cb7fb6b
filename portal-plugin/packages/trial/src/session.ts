import { setTimeout } from 'node:timers/promises';

import { value, type Evenkeel } from '@evenkeel/client';

/** The fields of a form; a list is a field that comes several times. */
export type Fields = Record<string, string | string[]>;

/**
 * A person who is signed in to the pages of Evenkeel. What somebody says for themselves, such as
 * how much of their week was toil, nobody else can say for them: a token is a person's own to make,
 * and an administrator makes others no more than the link that signs them in.
 */
export class Session {
  private constructor(
    private readonly url: string,
    private readonly cookie: string,
  ) {}

  /** Signs a person in by a link that an administrator makes. */
  static async of(
    api: Evenkeel,
    url: string,
    person: string,
  ): Promise<Session> {
    const link = await value(
      api.POST('/v1/people/{person}/sign-in-links', {
        params: { path: { person } },
      }),
    );
    // The link names the address that people see, which need not be how the API is reached here.
    const { pathname, search } = new URL(link.url);
    const reply = await patiently(`${url}${pathname}${search}`, {});
    await reply.body?.cancel();
    const cookie = reply.headers.getSetCookie()[0]?.split(';')[0];
    if (reply.status !== 303 || cookie === undefined) {
      throw new Error(
        `signing in answered ${reply.status}; it has to be 303 with a cookie`,
      );
    }
    return new Session(url, cookie);
  }

  /** Sends a form of a page; rejects where it is refused, with what the page says. */
  async send(path: string, fields: Fields): Promise<void> {
    const body = new URLSearchParams();
    for (const [name, content] of Object.entries(fields)) {
      for (const one of [content].flat()) {
        body.append(name, one);
      }
    }
    const reply = await patiently(`${this.url}${path}`, {
      method: 'POST',
      body,
      headers: { Cookie: this.cookie },
    });
    const page = await reply.text();
    if (reply.status !== 303) {
      throw new Error(
        `${path} answered ${reply.status}: ${words(page).slice(0, 600)}`,
      );
    }
  }
}

/** What is to be read on a page. */
function words(html: string) {
  const main = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? html;
  return main
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Asks as often as the quota of requests needs it. */
async function patiently(url: string, init: RequestInit): Promise<Response> {
  for (;;) {
    const reply = await fetch(url, { ...init, redirect: 'manual' });
    if (reply.status !== 429) {
      return reply;
    }
    await reply.body?.cancel();
    await setTimeout(Number(reply.headers.get('Retry-After') ?? 1) * 1000);
  }
}
