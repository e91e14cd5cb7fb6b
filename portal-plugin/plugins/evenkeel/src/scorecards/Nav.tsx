import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Select } from '@backstage/ui';
import { useNavigate } from 'react-router-dom';

import {
  campaignsRouteRef,
  exemptionsRouteRef,
  launchReviewsRouteRef,
  scorecardReportRouteRef,
  scorecardRouteRef,
} from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { useScorecards } from './cards';
import styles from './scorecards.module.css';

/** What is shown of the scorecards. */
export type Place =
  | 'services'
  | 'report'
  | 'campaigns'
  | 'exemptions'
  | 'launches';

/** Leads through the pages of the scorecards, and chooses one of them. */
export function Nav(props: { at: Place; scorecard?: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const cards = useScorecards().data ?? [];
  const navigate = useNavigate();
  const ofServices = useRouteRef(scorecardRouteRef);
  const ofReport = useRouteRef(scorecardReportRouteRef);
  const campaigns = useRouteRef(campaignsRouteRef);
  const exemptions = useRouteRef(exemptionsRouteRef);
  const launches = useRouteRef(launchReviewsRouteRef);
  const scorecard = props.scorecard ?? cards[0]?.slug;
  const places: [Place, string | undefined][] = [
    ['services', scorecard && ofServices?.({ scorecard })],
    ['report', scorecard && ofReport?.({ scorecard })],
    ['campaigns', campaigns?.()],
    ['exemptions', exemptions?.()],
    ['launches', launches?.()],
  ];
  return (
    <div className={styles.nav}>
      <nav aria-label={t('scorecards.nav.label')}>
        {places.map(
          ([place, href]) =>
            href && (
              <Link
                key={place}
                href={href}
                standalone
                aria-current={place === props.at ? 'page' : undefined}
              >
                {t(`scorecards.nav.${place}`)}
              </Link>
            ),
        )}
      </nav>
      {props.scorecard && cards.length > 1 && (
        <div className={styles.select}>
          <Select
            aria-label={t('scorecards.nav.card')}
            size="small"
            selectionMode="single"
            value={props.scorecard}
            onChange={chosen => {
              const to = props.at === 'report' ? ofReport : ofServices;
              const href = to?.({ scorecard: String(chosen) });
              if (href) {
                navigate(href);
              }
            }}
            options={cards.map(card => ({ id: card.slug, label: card.name }))}
          />
        </div>
      )}
    </div>
  );
}
