/** Above tree and timeline: what to look for, and how much of the tree is open. */

import { ChevronsDownUp, ChevronsUpDown, ListFilter } from 'lucide-react';
import { KindIcon } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { wholeNumber } from '../../../ui/format.ts';
import { Menu, MenuCheckItem, MenuItem, MenuLabel, MenuSeparator } from '../../../ui/menu.tsx';
import { oneLine } from '../../../ui/untrusted.tsx';
import { type Closed, closedAtFirst, closedBelowLevel } from '../model/expansion.ts';
import { kindsIn, type LookFor } from '../model/look-for.ts';
import type { TraceTree } from '../model/tree.ts';
import styles from './tree-tools.module.css';

const LEVELS_OFFERED = 6;
const KINDS_OFFERED = 30;

interface Props {
  readonly tree: TraceTree;
  readonly look: LookFor;
  readonly foundCount: number | undefined;
  readonly onLook: (look: LookFor) => void;
  readonly onClose: (next: (closed: Closed, tree: TraceTree) => Closed) => void;
}

export function TreeTools({ tree, look, foundCount, onLook, onClose }: Props) {
  return (
    <div className={styles.tools}>
      <div className={styles.find}>
        <TextField
          label="Find spans"
          isBare
          type="search"
          placeholder="Find spans"
          value={look.text}
          onChange={(event) => onLook({ ...look, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.preventDefault();
            if (look.text === '') event.currentTarget.blur();
            else onLook({ ...look, text: '' });
          }}
        />
      </div>
      <span className={styles.count} role="status">
        {foundCount === undefined ? '' : `${wholeNumber(foundCount)} found`}
      </span>
      <FilterMenu tree={tree} look={look} onLook={onLook} />
      <LevelMenu tree={tree} onClose={onClose} />
    </div>
  );
}

function FilterMenu({ tree, look, onLook }: Pick<Props, 'tree' | 'look' | 'onLook'>) {
  const chosen = look.kinds.length + (look.isFailedOnly ? 1 : 0);
  return (
    <Menu
      align="end"
      trigger={
        <Button
          isSmall
          look="ghost"
          icon={<ListFilter aria-hidden="true" />}
          aria-label={`Filter spans, ${chosen} chosen`}
        >
          {chosen === 0 ? 'Filter' : `Filter (${chosen})`}
        </Button>
      }
    >
      <MenuCheckItem isChecked={look.isFailedOnly} onChange={(isFailedOnly) => onLook({ ...look, isFailedOnly })}>
        Only spans that failed
      </MenuCheckItem>
      <MenuSeparator />
      <MenuLabel>Kind</MenuLabel>
      <KindItems tree={tree} look={look} onLook={onLook} />
      {chosen > 0 && (
        <>
          <MenuSeparator />
          <MenuItem onSelect={() => onLook({ ...look, kinds: [], isFailedOnly: false })}>Show all</MenuItem>
        </>
      )}
    </Menu>
  );
}

/** A component of its own: the spans are counted only when the menu is open. */
function KindItems({ tree, look, onLook }: Pick<Props, 'tree' | 'look' | 'onLook'>) {
  return kindsIn(tree)
    .slice(0, KINDS_OFFERED)
    .map(([kind, count]) => (
      <MenuCheckItem
        key={kind}
        isChecked={look.kinds.includes(kind)}
        onChange={(is) =>
          onLook({ ...look, kinds: is ? [...look.kinds, kind] : look.kinds.filter((one) => one !== kind) })
        }
      >
        <KindIcon kind={kind} />
        <span>
          {oneLine(kind, 40)} <span className={styles.count}>{wholeNumber(count)}</span>
        </span>
      </MenuCheckItem>
    ));
}

function LevelMenu({ tree, onClose }: Pick<Props, 'tree' | 'onClose'>) {
  return (
    <Menu
      align="end"
      trigger={
        <Button isSmall look="ghost" icon={<ChevronsUpDown aria-hidden="true" />} aria-label="Open and close levels">
          Levels
        </Button>
      }
    >
      <MenuItem icon={<ChevronsUpDown aria-hidden="true" />} onSelect={() => onClose(() => new Set())}>
        Open all
      </MenuItem>
      <MenuItem
        icon={<ChevronsDownUp aria-hidden="true" />}
        onSelect={() => onClose((_, whole) => closedBelowLevel(whole, 0))}
      >
        Close all
      </MenuItem>
      <MenuItem onSelect={() => onClose((_, whole) => closedAtFirst(whole))}>As at first</MenuItem>
      <LevelItems tree={tree} onClose={onClose} />
    </Menu>
  );
}

function LevelItems({ tree, onClose }: Pick<Props, 'tree' | 'onClose'>) {
  const deepest = tree.nodes.reduce((depth, node) => Math.max(depth, node.depth), 0);
  const levels = Array.from({ length: Math.min(deepest, LEVELS_OFFERED) }, (_, level) => level + 1);
  return (
    <>
      {levels.length > 0 && <MenuSeparator />}
      {levels.map((level) => (
        <MenuItem key={level} onSelect={() => onClose((_, whole) => closedBelowLevel(whole, level))}>
          Open {level === 1 ? 'one level' : `${level} levels`}
        </MenuItem>
      ))}
    </>
  );
}
