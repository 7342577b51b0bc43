/** Which spans are open and which are looked for; the tree and the timeline show the same rows. */

import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { type Closed, closedAtFirst, openTo } from '../model/expansion.ts';
import { findIn, type LookFor } from '../model/look-for.ts';
import type { OutlineSpan } from '../model/outline.ts';
import { type Row, visibleRows } from '../model/rows.ts';
import { buildTree, type TraceTree, type TreeNode } from '../model/tree.ts';

export interface TreeState {
  readonly tree: TraceTree;
  readonly rows: readonly Row[];
  /** How many were found; `undefined` while nothing is looked for. */
  readonly foundCount: number | undefined;
  readonly close: (next: (closed: Closed, tree: TraceTree) => Closed) => void;
  /** Opens the way to a span. True if it is among the rows then. */
  readonly reveal: (node: TreeNode) => boolean;
}

const NONE: Closed = new Set();

/** `firstShown`: the span that the URL names; its way is open from the start. */
export function useTreeState(spans: readonly OutlineSpan[], look: LookFor, firstShown: string | undefined): TreeState {
  const tree = useMemo(() => buildTree(spans), [spans]);
  const [closed, setClosed] = useState(() => {
    const first = closedAtFirst(tree);
    const shown = firstShown === undefined ? undefined : tree.byId.get(firstShown);
    return shown === undefined ? first : openTo(first, shown);
  });
  // What is found is shown with the way there, whatever was closed before; what is closed then is so for as long as one looks.
  const [closedFound, setClosedFound] = useState(NONE);
  const { text, kinds, isFailedOnly } = useDeferredValue(look);
  const kindsKey = kinds.join('\n');
  const found = useMemo(
    () => findIn(tree, { text, kinds: kindsKey === '' ? [] : kindsKey.split('\n'), isFailedOnly }),
    [tree, text, kindsKey, isFailedOnly],
  );
  const isLooking = found !== undefined;
  const shownClosed = isLooking ? closedFound : closed;
  const rows = useMemo(() => visibleRows(tree, shownClosed, found), [tree, shownClosed, found]);
  const close = useCallback(
    (next: (closed: Closed, tree: TraceTree) => Closed) =>
      (isLooking ? setClosedFound : setClosed)((before) => next(before, tree)),
    [isLooking, tree],
  );
  const reveal = useCallback(
    (node: TreeNode) => {
      setClosed((before) => openTo(before, node));
      setClosedFound((before) => openTo(before, node));
      return found === undefined || isWayTo(found, node);
    },
    [found],
  );
  return { tree, rows, foundCount: found?.size, close, reveal };
}

function isWayTo(found: ReadonlySet<TreeNode>, { index, endIndex }: TreeNode): boolean {
  for (const one of found) if (one.index >= index && one.index < endIndex) return true;
  return false;
}
