/** The first run, and later how to connect the next client: lines to paste, with address, project and key filled in. */

import { useSearch } from '@tanstack/react-router';
import { useApi } from '../../api/project.tsx';
import { dialectName } from '../../ui/badge.tsx';
import { CodeBlock, CopyButton } from '../../ui/copy.tsx';
import { Page } from '../../ui/page.tsx';
import { FirstEvent } from './first-event.tsx';
import { KeyChoice } from './key-choice.tsx';
import { SnippetList } from './snippet-list.tsx';
import { chosenSnippet } from './snippets/all.ts';
import styles from './start.module.css';
import { useSnippetKey } from './use-snippet-key.ts';

const NO_KEY = '<key>';

export function StartPage() {
  const { projectId } = useApi();
  const { sdk } = useSearch({ from: '/p/$projectId/start' });
  const { key, isTyped, keep } = useSnippetKey();
  const { dialect, snippet } = chosenSnippet(sdk);
  const url = location.origin;
  const blocks = snippet.blocks({ url, projectId, key: key ?? NO_KEY });
  return (
    <Page title="Connect" text="Your code stays. Only the base URL changes, and the key if you do not import yours.">
      <FirstEvent />
      <KeyChoice hasKey={key !== undefined} isTyped={isTyped} onKey={keep} />
      <dl className={styles.facts}>
        <Fact label="Base URL" value={url} />
        <Fact label="Project" value={projectId} />
      </dl>
      <div className={styles.columns}>
        <SnippetList chosen={snippet.id} />
        <section className={styles.snippet} aria-label={`${dialectName(dialect)}: ${snippet.label}`}>
          {blocks.map(({ title, text }) => (
            <div key={`${snippet.id} ${title}`} className={styles.block}>
              <h3>{title}</h3>
              <CodeBlock text={text} label={`Copy: ${title}`} />
            </div>
          ))}
          {snippet.notes.map((note) => (
            <p key={note} className={styles.note}>
              {note}
            </p>
          ))}
          {key === undefined && <p className={styles.note}>Put a key of this project where {NO_KEY} stands.</p>}
        </section>
      </div>
    </Page>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div className={styles.fact}>
      <dt>{label}</dt>
      <dd>
        <code>{value}</code>
        <CopyButton text={value} label={`Copy: ${label}`} />
      </dd>
    </div>
  );
}
