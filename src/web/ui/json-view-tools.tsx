/** Above a JSON tree: search, open and close all, tree or text, copy all. */

import { ChevronsDownUp, ChevronsUpDown } from 'lucide-react';
import { IconButton } from './button.tsx';
import { CopyButton } from './copy.tsx';
import { Segments } from './field.tsx';
import styles from './json-view.module.css';
import type { Step } from './json-view-search.ts';
import { JsonSearch } from './json-view-search-field.tsx';

interface Props {
  readonly value: unknown;
  readonly label: string;
  /** As it is copied. */
  readonly all: () => string;
  readonly isRaw: boolean;
  /** A few lines: only to copy. */
  readonly isSmall: boolean;
  readonly onRaw: (isRaw: boolean) => void;
  readonly onSearch: (words: string) => void;
  readonly onMatch: (step: Step) => void;
  readonly onOpenAll: () => void;
  readonly onCloseAll: () => void;
}

export function JsonTools(props: Props) {
  const { value, label, all, isRaw, isSmall, onRaw, onSearch, onMatch, onOpenAll, onCloseAll } = props;
  const copy = <CopyButton label={`Copy ${label}`} text={all} />;
  if (isSmall) return <div className={styles.corner}>{copy}</div>;
  return (
    <div className={styles.tools}>
      {!isRaw && typeof value === 'object' && value !== null && (
        <JsonSearch value={value} label={label} onSearch={onSearch} onMatch={onMatch} />
      )}
      <div className={styles.commands}>
        {!isRaw && (
          <>
            <IconButton isSmall label="Open all" icon={<ChevronsUpDown aria-hidden="true" />} onClick={onOpenAll} />
            <IconButton isSmall label="Close all" icon={<ChevronsDownUp aria-hidden="true" />} onClick={onCloseAll} />
          </>
        )}
        <Segments
          label={`How ${label} is shown`}
          value={isRaw ? 'text' : 'tree'}
          options={[
            ['tree', 'Tree'],
            ['text', 'Text'],
          ]}
          onChange={(next) => onRaw(next === 'text')}
        />
        {copy}
      </div>
    </div>
  );
}
