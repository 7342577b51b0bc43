/** Any JSON, to look into: a tree whose closed parts cost nothing, with a search, and as text. */

import { useMemo, useRef, useState } from 'react';
import styles from './json-view.module.css';
import { JsonRows } from './json-view-rows.tsx';
import type { Step } from './json-view-search.ts';
import { jsonText } from './json-view-text.ts';
import { JsonTools } from './json-view-tools.tsx';
import { JsonTree, type Place, rowId } from './json-view-tree.ts';
import { LongText } from './long-text.tsx';

/** All of it is in sight: nothing to search. */
const SMALL_ROWS = 15;
/** Copying all of it is still possible. */
const RAW_CHARS_MAX = 20_000_000;

interface Props {
  readonly value: unknown;
  /** Names the value for those who do not see it. */
  readonly label: string;
  /** The same as it was sent, where that is known. */
  readonly text?: string;
  readonly isTextAtFirst?: boolean;
}

export function JsonView({ value, label, text, isTextAtFirst = false }: Props) {
  const [isRaw, setRaw] = useState(isTextAtFirst);
  const tree = useMemo(() => new JsonTree(value), [value]);
  // The tree is one object that changes; this says when.
  const [version, setVersion] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const rows = useMemo(() => tree.rows(), [tree, version]);
  const isSmall = useMemo(() => !isTextAtFirst && isInSight(tree), [tree, isTextAtFirst]);
  const [activeId, setActive] = useState('whole');
  const [words, setWords] = useState('');
  const change = (work: () => void) => {
    work();
    setVersion((before) => before + 1);
  };
  // After the paint in which the row has come into being.
  const scrollTo = useRef<(id: string) => void>(undefined);
  const go = (step: Step) => {
    const place = tree.placeOf(step);
    if (place === undefined) return;
    change(() => tree.reveal(place));
    setActive(rowId(place));
    requestAnimationFrame(() => scrollTo.current?.(rowId(place)));
  };
  return (
    <div className={`${styles.view} ${isSmall ? styles.small : ''}`}>
      <JsonTools
        value={value}
        label={label}
        all={() => text ?? jsonText(value)}
        isRaw={isRaw}
        isSmall={isSmall}
        onRaw={setRaw}
        onSearch={setWords}
        onMatch={go}
        onOpenAll={() => change(() => tree.openBelow(WHOLE))}
        onCloseAll={() => change(() => tree.closeBelow(WHOLE))}
      />
      {isRaw ? (
        <RawText value={value} text={text} label={label} />
      ) : (
        <JsonRows {...{ tree, rows, label, words, activeId, setActive, change, scrollTo }} />
      )}
    </div>
  );
}

function isInSight(tree: JsonTree): boolean {
  const rows = tree.rows();
  return rows.length <= SMALL_ROWS && rows.every((row) => row.isOpen || !row.count);
}

const WHOLE: Place = { parent: undefined, index: 0 };

function RawText({ value, text, label }: { value: unknown; text: string | undefined; label: string }) {
  const raw = useMemo(() => text ?? jsonText(value, RAW_CHARS_MAX), [value, text]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key (WCAG 2.1.1)
    <section className={styles.raw} aria-label={`${label}, as text`} tabIndex={0}>
      <LongText isMono text={raw} />
    </section>
  );
}
