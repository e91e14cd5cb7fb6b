import type { Evenkeel } from '@evenkeel/client';

import { Session } from './session';

/** What the steps of the seed work with. */
export class Trial {
  private readonly sessions = new Map<string, Promise<Session>>();

  constructor(
    /** The API, as an administrator. */
    readonly api: Evenkeel,
    /** Where it is, without a slash at the end. */
    private readonly url: string,
    /** Identifiers of people by name. */
    private readonly ids: Map<string, string>,
    /** The time that things are made for, in milliseconds. */
    readonly now: number,
  ) {}

  /** The identifier of a person. */
  id(name: string): string {
    const id = this.ids.get(name);
    if (id === undefined) {
      throw new Error(`nobody is called ${name} in the trial`);
    }
    return id;
  }

  /** A person, signed in once they are needed. */
  as(name: string): Promise<Session> {
    let session = this.sessions.get(name);
    if (session === undefined) {
      session = Session.of(this.api, this.url, this.id(name));
      this.sessions.set(name, session);
    }
    return session;
  }
}
