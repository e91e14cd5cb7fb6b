import { EvenkeelRoot, PageBody } from '@evenkeel/plugin-evenkeel-react';
import { Route, Routes } from 'react-router-dom';

import { CampaignPage } from './CampaignPage';
import { CampaignsPage } from './CampaignsPage';
import { CheckPage } from './CheckPage';
import { ExemptionsPage } from './ExemptionsPage';
import { FirstScorecard } from './FirstScorecard';
import { LaunchReviewPage } from './LaunchReviewPage';
import { LaunchReviewsPage } from './LaunchReviewsPage';
import { MatrixPage } from './MatrixPage';
import { ReportPage } from './ReportPage';

/** The scorecards: where services stand, and what is done about it. */
export function ScorecardsPage() {
  return (
    <EvenkeelRoot>
      <PageBody>
        <Routes>
          <Route path="/" element={<FirstScorecard />} />
          <Route path="/campaigns" element={<CampaignsPage />} />
          <Route path="/campaigns/:campaign" element={<CampaignPage />} />
          <Route path="/exemptions" element={<ExemptionsPage />} />
          <Route path="/launch-reviews" element={<LaunchReviewsPage />} />
          <Route
            path="/launch-reviews/:review"
            element={<LaunchReviewPage />}
          />
          <Route path="/:scorecard" element={<MatrixPage />} />
          <Route path="/:scorecard/report" element={<ReportPage />} />
          <Route path="/:scorecard/checks/:check" element={<CheckPage />} />
        </Routes>
      </PageBody>
    </EvenkeelRoot>
  );
}
