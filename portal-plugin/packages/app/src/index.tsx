import '@backstage/ui/css/styles.css';
import ReactDOM from 'react-dom/client';

import app from './app';

const root = document.getElementById('root');
if (root === null) {
  throw new Error('the page has no element with the id "root"');
}
ReactDOM.createRoot(root).render(app.createRoot());
