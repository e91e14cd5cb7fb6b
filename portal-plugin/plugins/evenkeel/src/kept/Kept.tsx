import type { Schemas } from '@evenkeel/client';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Link } from '@backstage/ui';

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
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const kept = useKept(props.of);
  return kept === undefined ? null : (
    <Alert
      icon
      status="info"
      title={kept}
      description={
        <>
          <WhereKept {...props} />
          {props.typed && (
            <span className={styles.below}>{t('kept.typed')}</span>
          )}
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
  const file = item?.path ?? t('kept.manifest');
  return item?.set.source ? (
    <>
      {t('kept.changeAt', { file })} <Source address={item.set.source} />
    </>
  ) : (
    <>{t('kept.change', { file })}</>
  );
}

/** The address where the files of a set are; a link where it is one of a page. */
export function Source(props: { address: string }) {
  const shown = props.address.replace(/^https?:\/\//i, '');
  return shown === props.address ? (
    <>{shown}</>
  ) : (
    <Link href={props.address} target="_blank" rel="noreferrer">
      {shown}
    </Link>
  );
}
