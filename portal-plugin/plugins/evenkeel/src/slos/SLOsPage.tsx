import { EvenkeelRoot } from '@evenkeel/plugin-evenkeel-react';
import { Route, Routes, useParams } from 'react-router-dom';

import { CompositePage } from './CompositePage';
import { DeclarePage } from './DeclarePage';
import { EditPage } from './EditPage';
import { SLOList } from './SLOList';
import { SLOPage } from './SLOPage';

/** The SLOs, the page of each, and the form that declares and edits them. */
export function SLOsPage() {
  return (
    <EvenkeelRoot>
      <Routes>
        <Route path="/" element={<SLOList />} />
        <Route path="/_composites/:composite" element={<Composite />} />
        <Route path="/:service/_new" element={<Named of={DeclarePage} />} />
        <Route path="/:service/:slo" element={<Named of={SLOPage} />} />
        <Route path="/:service/:slo/edit" element={<Named of={EditPage} />} />
      </Routes>
    </EvenkeelRoot>
  );
}

function Composite() {
  const { composite = '' } = useParams();
  return <CompositePage key={composite} composite={composite} />;
}

function Named(props: {
  of: (props: { service: string; slo: string }) => JSX.Element;
}) {
  const { service = '', slo = '' } = useParams();
  const Page = props.of;
  return <Page key={`${service}/${slo}`} service={service} slo={slo} />;
}
