import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router-dom';

/** The value of a choice that leaves everything in. */
export const ANY = 'any';

/** How long nobody types before what was typed is asked for, in milliseconds. */
const SETTLED = 300;

/** What a list is narrowed to, as the address has it, and what narrows it. */
export type Narrowing = {
  params: URLSearchParams;
  /** Changes some of it; what is empty or ANY is left out. */
  narrow: (part: Record<string, string>) => void;
  /** Takes all of it away. */
  clear: () => void;
};

/** Keeps what a list is narrowed to in the address. */
export function useNarrowing(): Narrowing {
  const [params, setParams] = useSearchParams();
  // Of two changes that come before the address is drawn anew, the second one has the first.
  const wanted = useRef(params);
  useEffect(() => {
    wanted.current = params;
  }, [params]);
  const go = (to: URLSearchParams) => {
    wanted.current = to;
    setParams(to, { replace: true });
  };
  return {
    params,
    narrow: part => {
      const after = new URLSearchParams(wanted.current);
      for (const [name, value] of Object.entries(part)) {
        if (value && value !== ANY) {
          after.set(name, value);
        } else {
          after.delete(name);
        }
      }
      go(after);
    },
    clear: () => go(new URLSearchParams()),
  };
}

/**
 * A text as it is typed, which is asked for once nobody types at it. Where it is changed elsewhere,
 * such as by going back, that is what stands there.
 *
 * @param of - what is asked for now
 */
export function useTyped(
  of: string,
  ask: (text: string) => void,
): [string, (text: string) => void] {
  const [typed, setTyped] = useState(of);
  const asked = useRef(of);
  // What is asked then goes by what all else is then, not by what it was when it was typed.
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  useEffect(() => {
    if (of !== asked.current) {
      asked.current = of;
      setTyped(of);
    }
  }, [of]);
  useEffect(() => {
    const text = typed.trim();
    if (text === asked.current) {
      return undefined;
    }
    const timer = setTimeout(() => {
      asked.current = text;
      latest.current(text);
    }, SETTLED);
    return () => clearTimeout(timer);
  }, [typed]);
  return [typed, setTyped];
}
