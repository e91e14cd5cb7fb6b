import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';

import styles from './incidents/incidents.module.css';

type Node = { type: string; value?: string; children?: Node[] };

/** Leaves out comments, as GitHub does; other HTML stays, and is shown as text. */
function withoutComments() {
  const clean = (node: Node) => {
    node.children = node.children?.filter(child => {
      if (child.type === 'html' && child.value !== undefined) {
        child.value = child.value.replace(/<!--[\s\S]*?-->/g, '').trim();
        return child.value !== '';
      }
      clean(child);
      return true;
    });
  };
  return clean;
}

/** Markdown of people as it reads. */
export function Prose(props: { text: string }) {
  return (
    <div className={styles.prose}>
      <Markdown remarkPlugins={[remarkGfm, withoutComments]}>
        {props.text}
      </Markdown>
    </div>
  );
}
