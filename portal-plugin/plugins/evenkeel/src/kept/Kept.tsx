import type { Schemas } from '@evenkeel/client';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Link, Text } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { setOf, useKept, useManifest, type Keepable } from './data';
import styles from './kept.module.css';

type Kind = Schemas['ManifestItem']['kind'];

/** Says who keeps a thing elsewhere, and where it is changed; nothing where nobody does. */
export function Kept(props: {
  kind: Kind;
  of: Keepable;
  /** Somebody typed something before it was known: that is said, too. */
  typed?: boolean;
  /** Nobody could change it on this page anyway: a line is enough. */
  quiet?: boolean;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of, typed, quiet } = props;
  const kept = useKept(of);
  if (kept === undefined) {
    return null;
  }
  const set = setOf(of.manager ?? '');
  const title = set ? t('kept.title', { set }) : kept;
  return quiet ? (
    <Text as="p" variant="body-small" color="secondary">
      {title}. <WhereKept {...props} />
    </Text>
  ) : (
    <Alert
      icon
      status="info"
      title={title}
      description={
        <>
          <WhereKept {...props} />
          {typed && <span className={styles.below}>{t('kept.typed')}</span>}
        </>
      }
    />
  );
}

/** Where a thing that a set keeps is changed, in a sentence. */
export function WhereKept(props: { kind: Kind; of: Keepable }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { kind, of } = props;
  const read = useManifest(kind, of.id, setOf(of.manager ?? '') !== undefined);
  // What was read of another thing is shown until this one's is there.
  const item = read.data?.resourceId === of.id ? read.data : undefined;
  return (
    <>
      {t('kept.change', { file: item?.path ?? t('kept.manifest') })}
      {item?.set.source && (
        <>
          {' '}
          {t('kept.files')} <Source address={item.set.source} />.
        </>
      )}
    </>
  );
}

/** The address where the files of a set are; a link where it is one of a page. */
export function Source(props: { address: string }) {
  const shown = props.address.replace(/^https?:\/\//i, '');
  return shown === props.address ? (
    <>{shown}</>
  ) : (
    <Link
      className={styles.source}
      href={props.address}
      target="_blank"
      rel="noreferrer"
    >
      {shown}
    </Link>
  );
}
