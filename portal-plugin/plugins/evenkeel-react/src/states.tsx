import { Alert, Button, Flex, Skeleton, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import { useState, type ReactNode } from 'react';

import { ago } from './format';
import { isAway } from './away';
import { problemIn } from './problem';
import type { Read } from './queries';
import styles from './states.module.css';
import { evenkeelReactTranslationRef } from './translation';

/** Lines that stand where text will be. */
export function Waiting(props: { what: string; lines?: number }) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const lines = Array.from({ length: props.lines ?? 3 }, (_, line) => line);
  return (
    <div role="status" aria-label={t('state.loading', { what: props.what })}>
      <Flex direction="column" gap="2">
        {lines.map(line => (
          <Skeleton
            key={line}
            height={20}
            width={line % 3 === 2 ? '60%' : '100%'}
          />
        ))}
      </Flex>
    </div>
  );
}

/** Says why something cannot be shown, and what can be done about it. */
export function Trouble(props: {
  /** What it is about, for the title: "The SLOs". */
  what: string;
  error: Error;
  onRetry?: () => void;
}) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const { what, error, onRetry } = props;
  const problem = problemIn(error);
  let title: string = t('state.failed', { what });
  let text: string = problem?.problem.detail || error.message;
  let again: { text: string; act: () => void } | undefined = onRetry && {
    text: t('state.again'),
    act: onRetry,
  };
  if (isAway(error)) {
    title = t('state.unreachable.title');
    text = t('state.unreachable.text');
  } else if (problem?.status === 401) {
    title = t('state.signedOut.title');
    text = t('state.signedOut.text');
    // The portal signs in whoever comes, and leads back.
    again = {
      text: t('state.signedOut.again'),
      act: () => window.location.reload(),
    };
  } else if (problem?.status === 403) {
    title = t('state.forbidden.title');
    text = problem.problem.detail || t('state.forbidden.text');
  } else if (problem?.status === 404) {
    title = t('state.notFound.title');
    text = problem.problem.detail || t('state.notFound.text');
  }
  return (
    <Alert
      role="alert"
      icon
      status={problem && problem.status < 500 ? 'warning' : 'danger'}
      title={title}
      description={
        <>
          {text}
          {problem?.requestId && (
            <span className={styles.request}>
              {t('state.request', { id: problem.requestId })}
            </span>
          )}
        </>
      }
      customActions={
        again && (
          <Button size="small" variant="secondary" onPress={again.act}>
            {again.text}
          </Button>
        )
      }
    />
  );
}

/** Says that there is nothing yet, why, and what to do first. */
export function Nothing(props: {
  title: string;
  children?: ReactNode;
  /** A button or link to begin with. */
  action?: ReactNode;
  /** Text to copy, such as an annotation. */
  snippet?: string;
}) {
  return (
    <div className={styles.nothing}>
      <Text as="h3" variant="body-medium" weight="bold">
        {props.title}
      </Text>
      {props.children && (
        <Text as="p" variant="body-medium" color="secondary">
          {props.children}
        </Text>
      )}
      {props.snippet && <Snippet text={props.snippet} />}
      {props.action}
    </div>
  );
}

/** Text in a box, with a button that copies it. */
export function Snippet(props: { text: string }) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const [copied, setCopied] = useState(false);
  return (
    <div className={styles.snippet}>
      {/* It scrolls where it is long, which takes the keyboard too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>{props.text}</pre>
      <Button
        size="small"
        variant="secondary"
        iconStart={copied ? <RiCheckLine /> : <RiFileCopyLine />}
        onPress={async () => {
          await window.navigator.clipboard.writeText(props.text);
          setCopied(true);
        }}
      >
        {copied ? t('state.copied') : t('state.copy')}
      </Button>
    </div>
  );
}

/**
 * Shows what is read in each of its states: waiting, in trouble, as it was when it cannot be read
 * again, and there.
 */
export function Shown<T>(props: {
  /** What it is about: "The SLOs". */
  what: string;
  read: Read<T>;
  waiting?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  const { t } = useTranslationRef(evenkeelReactTranslationRef);
  const { what, read } = props;
  if (read.data === undefined) {
    return read.error ? (
      <Trouble what={what} error={read.error} onRetry={() => read.refetch()} />
    ) : (
      <>{props.waiting ?? <Waiting what={what} />}</>
    );
  }
  return (
    <>
      {read.error && isAway(read.error) && (
        <div role="status" className={styles.stale}>
          {t('state.stale', { when: ago(new Date(read.dataUpdatedAt)) })}
        </div>
      )}
      {read.error && !isAway(read.error) && (
        <Trouble
          what={what}
          error={read.error}
          onRetry={() => read.refetch()}
        />
      )}
      {props.children(read.data)}
    </>
  );
}
