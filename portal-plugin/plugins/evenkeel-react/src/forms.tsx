import type { Fault } from '@evenkeel/client';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import type { FormEvent, ReactNode } from 'react';

import styles from './forms.module.css';
import { problemIn } from './problem';
import { evenkeelReactTranslationRef } from './translation';

/** What the API refused of a form, sorted by field. */
export type Refusal = {
  /** What is wrong with the field at the pointer, such as "/objective"; undefined where nothing is. */
  at: (pointer: string) => string | undefined;
  /** The faults of none of the fields that were asked for, and what is wrong altogether. */
  rest: string[];
};

/**
 * Sorts what the API refused by the fields of a form.
 *
 * @param fields - the pointers that the form shows; a fault below one ("/alerts/0/factor") is
 *   shown at it
 */
export function refusalOf(
  error: Error | null,
  fields: readonly string[],
): Refusal {
  if (!error) {
    return { at: () => undefined, rest: [] };
  }
  const faults = problemIn(error)?.faults ?? [];
  // A request's body is at "/body" in some pointers; here all of it is the form.
  const pointerOf = (f: Fault) => f.pointer.replace(/^\/body(?=\/)/, '');
  const covers = (field: string, pointer: string) =>
    pointer === field || pointer.startsWith(`${field}/`);
  const rest = faults
    .filter(f => !fields.some(field => covers(field, pointerOf(f))))
    // What is wrong with all of it has no pointer.
    .map(f => (f.pointer ? `${f.pointer}: ${f.message}` : f.message));
  if (faults.length === 0) {
    rest.push(error.message);
  }
  return {
    at: pointer => {
      // A field for a part of it has what is refused of that part.
      const nearer = fields.filter(field => field.startsWith(`${pointer}/`));
      const of = faults
        .map(f => ({ ...f, pointer: pointerOf(f) }))
        .filter(f => covers(pointer, f.pointer))
        .filter(f => !nearer.some(field => covers(field, f.pointer)));
      return of.length > 0 ? of.map(f => f.message).join('; ') : undefined;
    },
    rest,
  };
}

/** Whether somebody else changed it first, which {@link LostRace} says. */
export function raced(error: Error | null): boolean {
  return problemIn(error)?.code === 'version_mismatch';
}

/** What the API refused of a form that says of a lost race by {@link LostRace}. */
export function refusalBesideRace(
  error: Error | null,
  fields: readonly string[],
): Refusal {
  return refusalOf(raced(error) ? null : error, fields);
}

/** The properties by which a field of a form says what the API refused of it. */
export function faultOf(message: string | undefined): {
  validationBehavior: 'aria';
  validate: () => string | null;
} {
  return { validationBehavior: 'aria', validate: () => message ?? null };
}

/** The properties of a field that show what was refused of it, beside it. */
export function faultAt(refusal: Refusal, pointer: string) {
  return faultOf(refusal.at(pointer));
}

/** What is wrong with a form altogether; nothing where nothing is. */
export function Refused(props: { refusal: Refusal }) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  if (props.refusal.rest.length === 0) {
    return null;
  }
  return (
    <Alert
      role="alert"
      icon
      status="danger"
      title={t('form.refused')}
      description={
        <ul className={styles.faults}>
          {props.refusal.rest.map(text => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      }
    />
  );
}

/**
 * Says that somebody else changed it first, and what; nothing unless the error is that. What was
 * typed stays until its author begins again from theirs, or goes on from it.
 */
export function LostRace(props: {
  error: Error | null;
  onReload: () => void;
  /** What was typed stays also after that. */
  keeps?: boolean;
  /** What else can be done about it: more buttons. */
  actions?: ReactNode;
  /** What they changed, where the API does not say it. */
  children?: ReactNode;
}) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const problem = problemIn(props.error);
  if (!problem || !raced(problem)) {
    return null;
  }
  const { diff, detail } = problem.problem;
  const theirs = diff ? (
    <pre className={styles.diff}>{diff}</pre>
  ) : (
    props.children
  );
  return (
    <Alert
      role="alert"
      icon
      status="warning"
      title={t('form.lostRace.title')}
      description={
        <>
          {theirs ? t('form.lostRace.text') : detail}
          {theirs}
          {/* Below: beside what they changed they would leave it no room. */}
          <span className={styles.actions}>
            <Button size="small" variant="secondary" onPress={props.onReload}>
              {t(props.keeps ? 'form.lostRace.goOn' : 'form.lostRace.reload')}
            </Button>
            {props.actions}
          </span>
        </>
      }
    />
  );
}

/** A dialog with a form: it stays open with what was typed until the API has taken it. */
export function FormDialog(props: {
  title: string;
  open: boolean;
  onClose: () => void;
  onSubmit: () => void;
  pending: boolean;
  refusal: Refusal;
  /**
   * Why it cannot be done any more, after what somebody did, or what time did, while the dialog was
   * open; what was typed stays to be read.
   */
  overtaken?: string;
  /** The word on the button; "Save" without. */
  submit?: string;
  /** What is asked for cannot be taken back. */
  destructive?: boolean;
  width?: number;
  children: ReactNode;
}) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!props.pending) {
      props.onSubmit(); // Enter sends a form too while it is being sent
    }
  };
  return (
    <Dialog
      isOpen={props.open}
      onOpenChange={open => !open && props.onClose()}
      width={props.width ?? 560}
    >
      <form onSubmit={submit} className={styles.form} noValidate>
        <DialogHeader>{props.title}</DialogHeader>
        <DialogBody>
          <div className={styles.fields}>
            {props.overtaken ? (
              <Alert
                role="alert"
                icon
                status="warning"
                title={t('form.overtaken')}
                description={props.overtaken}
              />
            ) : (
              <Refused refusal={props.refusal} />
            )}
            {props.children}
          </div>
        </DialogBody>
        <DialogFooter>
          <Button
            type="submit"
            variant="primary"
            destructive={props.destructive}
            isPending={props.pending}
            isDisabled={Boolean(props.overtaken)}
          >
            {props.submit ?? t('form.save')}
          </Button>
          <Button variant="secondary" onPress={props.onClose}>
            {t('form.cancel')}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
