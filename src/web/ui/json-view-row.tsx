/** One member of a JSON tree: its name, its value or how much is in it, and commands to take it away. */

import { Braces, ChevronDown, ChevronRight } from 'lucide-react';
import { IconButton } from './button.tsx';
import { CopyButton, copyText } from './copy.tsx';
import { wholeNumber } from './format.ts';
import styles from './json-view.module.css';
import { excerpt, marked } from './json-view-search.ts';
import { jsonText, scalarText } from './json-view-text.ts';
import { pathOf, type JsonRow as Row, STRING_CHARS_MAX } from './json-view-tree.ts';
import { LongText } from './long-text.tsx';
import { say } from './toast.tsx';
import { oneLine, visibleText } from './untrusted.tsx';

const INDENT_PX = 14;
/** Deeper rows are indented no further; their depth is written instead. */
const INDENT_LEVELS_MAX = 24;
const NAME_CHARS_MAX = 120;

interface Props {
  readonly row: Row;
  readonly id: string;
  readonly words: string;
  readonly isActive: boolean;
  readonly onSelect: () => void;
  readonly onToggle: () => void;
}

export function JsonRow({ row, id, words, isActive, onSelect, onToggle }: Props) {
  const { depth, key, count, isOpen, moreCount } = row;
  const canToggle = count !== undefined || moreCount !== undefined;
  const Arrow = isOpen ? ChevronDown : ChevronRight;
  return (
    // The tree has the focus and listens to the keys.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <div
      id={id}
      role="treeitem"
      tabIndex={-1}
      aria-level={depth + 1}
      aria-expanded={count === undefined ? undefined : isOpen}
      aria-selected={isActive}
      className={`${styles.row} ${isActive ? styles.active : ''} ${isActive && words !== '' ? styles.match : ''}`}
      style={{ paddingInlineStart: Math.min(depth, INDENT_LEVELS_MAX) * INDENT_PX }}
      onClick={canToggle ? onToggle : onSelect}
    >
      <span className={styles.arrow} aria-hidden="true">
        {canToggle && moreCount === undefined && <Arrow />}
      </span>
      {depth > INDENT_LEVELS_MAX && <span className={styles.depth}>{depth}</span>}
      <span className={styles.member}>
        {key !== undefined && (
          <>
            <span className={typeof key === 'number' ? styles.index : styles.name}>
              <Marked text={oneLine(String(key), NAME_CHARS_MAX)} words={words} />
            </span>
            <span className={styles.colon}>: </span>
          </>
        )}
        {moreCount === undefined ? <Value row={row} words={words} /> : `… ${wholeNumber(moreCount)} more`}
      </span>
      {isActive && moreCount === undefined && (
        // biome-ignore lint/a11y/noStaticElementInteractions: keeps clicks on its buttons from the row
        // biome-ignore lint/a11y/useKeyWithClickEvents: see above
        <span className={styles.copy} onClick={(event) => event.stopPropagation()}>
          <CopyButton
            label="Copy value"
            text={() => (typeof row.value === 'string' ? row.value : jsonText(row.value))}
          />
          <CopyPath row={row} />
        </span>
      )}
    </div>
  );
}

/** Looks unlike the button beside it. */
function CopyPath({ row }: { row: Row }) {
  const copy = async () => {
    const path = pathOf(row);
    if (await copyText(path)) say(`Copied ${path}`);
    else say('The browser did not allow copying', 'error');
  };
  return <IconButton isSmall label="Copy path" icon={<Braces aria-hidden="true" />} onClick={() => void copy()} />;
}

function Value({ row: { value, count, isOpen }, words }: { row: Row; words: string }) {
  if (typeof value === 'string') {
    if (isOpen) return <LongText isMono text={value} />;
    const cut = excerpt(value, words, STRING_CHARS_MAX);
    const length = count === undefined ? '' : ` ${wholeNumber(value.length)} characters`;
    return (
      <bdi className={styles.string}>
        <Marked text={visibleText(JSON.stringify(cut))} words={words} />
        <span className={styles.count}>{length}</span>
      </bdi>
    );
  }
  if (typeof value === 'object' && value !== null) {
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    if (count === undefined) return <span className={styles.count}>{`${open}${close}`}</span>;
    const unit = Array.isArray(value) ? (count === 1 ? 'item' : 'items') : count === 1 ? 'member' : 'members';
    return (
      <span
        className={styles.count}
      >{`${open}${isOpen ? '' : '…'}${isOpen ? '' : close} ${wholeNumber(count)} ${unit}`}</span>
    );
  }
  return (
    <span className={value === null ? styles.null : styles.scalar}>
      <Marked text={scalarText(value)} words={words} />
    </span>
  );
}

function Marked({ text, words }: { text: string; words: string }) {
  const pieces = marked(text, words);
  if (pieces.length === 1) return text;
  return pieces.map((piece, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity beyond their place
    index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece,
  );
}
