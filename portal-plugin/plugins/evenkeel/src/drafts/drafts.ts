import { useMe } from '@evenkeel/plugin-evenkeel-react';
import { useCallback, useEffect, useRef, useState } from 'react';

/** What somebody typed and did not save, and when they last typed at it. */
export type Kept<T> = { at: string; draft: T };

/** The draft of one thing by whoever is signed in. */
export type Drafts<T> = {
  /** What was typed before this page was opened; undefined once it is decided on, and of none. */
  offered: Kept<T> | undefined;
  /** Whether the browser keeps what is typed: some let no page keep anything. */
  keeps: boolean;
  /** Ends the offer; the draft stays until another is kept. */
  take: () => void;
  /** Ends the offer, and the draft with it. */
  discard: () => void;
  /** Whether the offer was ended just now; it is told once. */
  ended: () => boolean;
  /** Keeps what is typed, or nothing any more where that is undefined. */
  keep: (draft: T | undefined) => void;
};

/**
 * Keeps what is typed in the browser's tab, so that neither a reload nor another page takes it
 * away. It is nowhere else: what is said of an incident may be for its readers alone.
 *
 * @param of - what it is a draft of, such as "postmortem/42"
 * @param read - makes a draft of what was kept; undefined where it is none, or of no use any more
 */
export function useDrafts<T>(
  of: string,
  read: (kept: unknown) => T | undefined,
): Drafts<T> {
  const person = useMe().data?.person?.id ?? '';
  const name = `evenkeel/draft/${person}/${of}`;
  const [offered, setOffered] = useState(() => found(name, read));
  const [keeps, setKeeps] = useState(true);
  const keep = useCallback(
    (draft: T | undefined) => {
      setOffered(undefined);
      setKeeps(store(name, draft));
    },
    [name],
  );
  const end = useRef(false);
  const ended = useCallback(() => {
    const now = end.current;
    end.current = false;
    return now;
  }, []);
  const take = () => {
    end.current = true;
    setOffered(undefined);
  };
  const discard = () => {
    end.current = true;
    keep(undefined);
  };
  return { offered, keeps, take, discard, ended, keep };
}

/** Puts the focus where one writes once the offer of a draft was ended, whose buttons are gone. */
export function useFocusAfter<T>(
  drafts: Drafts<T>,
  field: () => HTMLElement | null | undefined,
): void {
  const { ended } = drafts;
  useEffect(() => {
    if (ended()) {
      field()?.focus();
    }
    // What is drawn in the offer's place is drawn once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ended]);
}

function found<T>(
  name: string,
  read: (kept: unknown) => T | undefined,
): Kept<T> | undefined {
  try {
    const kept = JSON.parse(window.sessionStorage.getItem(name) ?? 'null');
    const draft = read(kept?.draft);
    return draft === undefined || typeof kept.at !== 'string'
      ? undefined
      : { at: kept.at, draft };
  } catch {
    return undefined; // kept by something else, or by a browser that keeps nothing
  }
}

/** Keeps a draft, or takes away the one that is kept; false where the browser does not. */
function store(name: string, draft: unknown): boolean {
  try {
    if (draft === undefined) {
      window.sessionStorage.removeItem(name);
    } else {
      const kept = { at: new Date().toISOString(), draft };
      window.sessionStorage.setItem(name, JSON.stringify(kept));
    }
    return true;
  } catch {
    return false; // it is full, or may not be used: the page says so
  }
}

/** Asks before the page is left while something is typed that is not saved. */
export function useUnsaved(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) {
      return undefined;
    }
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, [unsaved]);
}
