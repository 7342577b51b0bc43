/**
 * Markdown of strangers: no markup but its own, links only to the web, pictures only as links to them. A file of its own,
 * because the parser is loaded when the first message is shown.
 */

import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { CodeBlock } from '../ui/copy.tsx';
import { oneLine, safeUrl, visibleText } from '../ui/untrusted.tsx';
import styles from './markdown.module.css';

const PLUGINS = [remarkGfm];

const COMPONENTS: Components = {
  a: ({ href, children }) => {
    const url = safeUrl(href ?? '');
    if (url === undefined) return <span>{children}</span>;
    return (
      <a href={url} rel="noreferrer noopener" target="_blank" title={oneLine(url)}>
        {children}
      </a>
    );
  },
  img: ({ src, alt }) => {
    const said = typeof src === 'string' ? src : '';
    const url = safeUrl(said);
    const text = `Image: ${oneLine(alt === undefined || alt === '' ? said : alt, 120)}`;
    if (url === undefined) return <span>{text}</span>;
    return (
      <a href={url} rel="noreferrer noopener" target="_blank" title={oneLine(url)}>
        {text}
      </a>
    );
  },
  pre: ({ node }) => {
    // A block of code has one child, `code`, with one text.
    const [code] = node?.children ?? [];
    const [text] = code?.type === 'element' ? code.children : [];
    return <CodeBlock text={text?.type === 'text' ? text.value.replace(/\n$/, '') : ''} label="Copy code" />;
  },
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways is reached by key (WCAG 2.1.1)
    <section className={styles.table} aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </section>
  ),
  // Their levels are not those of this page.
  h1: ({ children }) => <p className={styles.heading}>{children}</p>,
  h2: ({ children }) => <p className={styles.heading}>{children}</p>,
  h3: ({ children }) => <p className={styles.heading}>{children}</p>,
  h4: ({ children }) => <p className={styles.heading}>{children}</p>,
  h5: ({ children }) => <p className={styles.heading}>{children}</p>,
  h6: ({ children }) => <p className={styles.heading}>{children}</p>,
  input: ({ checked }) => <span>{checked === true ? '☑ ' : '☐ '}</span>,
};

export default function MarkdownBody({ text }: { text: string }) {
  return (
    <div className={styles.markdown} dir="auto">
      {/* Links are checked where they are drawn. */}
      <Markdown remarkPlugins={PLUGINS} components={COMPONENTS} urlTransform={(url) => url}>
        {visibleText(text)}
      </Markdown>
    </div>
  );
}
