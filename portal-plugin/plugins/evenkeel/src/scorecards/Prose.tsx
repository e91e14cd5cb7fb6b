import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';

import styles from './scorecards.module.css';

const plugins = [remarkGfm];

/** Markdown that somebody wrote: no HTML of theirs, no pictures, and links that lead out. */
export function Prose(props: { text: string }) {
  return (
    <div className={styles.prose}>
      <Markdown
        remarkPlugins={plugins}
        disallowedElements={['img', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']}
        unwrapDisallowed
      >
        {props.text}
      </Markdown>
    </div>
  );
}
