import { EvenkeelRoot, PageBody } from '@evenkeel/plugin-evenkeel-react';
import { Route, Routes, useParams } from 'react-router-dom';

import { IncidentList } from './IncidentList';
import { IncidentPage } from './IncidentPage';
import { PostmortemPage } from './PostmortemPage';
import { StatisticsPage } from './StatisticsPage';

/** Incidents and their postmortems. */
export function IncidentsPage() {
  return (
    <EvenkeelRoot>
      <PageBody>
        <Routes>
          <Route path="/" element={<IncidentList />} />
          <Route path="/statistics" element={<StatisticsPage />} />
          <Route path="/:incident" element={<One of={IncidentPage} />} />
          <Route
            path="/:incident/postmortem"
            element={<One of={PostmortemPage} />}
          />
        </Routes>
      </PageBody>
    </EvenkeelRoot>
  );
}

function One(props: { of: (props: { incident: string }) => JSX.Element }) {
  const { incident = '' } = useParams();
  const Page = props.of;
  return <Page key={incident} incident={incident} />;
}
