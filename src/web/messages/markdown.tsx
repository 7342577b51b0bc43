/** A text as Markdown; as it is written while the parser is loaded, and where the parser fails. */

import { Component, lazy, type ReactNode, Suspense } from 'react';
import { LongText } from '../ui/long-text.tsx';
import { isReadableMarkdown } from './markdown-guard.ts';

const MarkdownBody = lazy(() => import('./markdown-body.tsx'));

export function MarkdownText({ text }: { text: string }) {
  const plain = <LongText text={text} />;
  if (!isReadableMarkdown(text)) return plain;
  return (
    <Otherwise shown={plain}>
      <Suspense fallback={plain}>
        <MarkdownBody text={text} />
      </Suspense>
    </Otherwise>
  );
}

/** Only classes can catch what their children throw. */
class Otherwise extends Component<{ shown: ReactNode; children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.shown : this.props.children;
  }
}
