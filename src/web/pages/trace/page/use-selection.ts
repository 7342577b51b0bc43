/**
 * Which span is looked at. With room for the panel beside the view, it follows the cursor and begins at the root. On a
 * small screen the panel lies over the view, so only a choice opens it, and "back" closes it.
 */

import { useCallback, useState } from 'react';
import type { TraceTree, TreeNode } from '../model/tree.ts';
import { useIsWide } from './use-media.ts';
import type { SearchState } from './use-search-state.ts';

export interface Selection {
  readonly isWide: boolean;
  /** Where the cursor is. */
  readonly active: TreeNode | undefined;
  readonly selectedId: string | undefined;
  /** The URL names a span that the trace does not have. */
  readonly missingId: string | undefined;
  readonly isPanelOpen: boolean;
  readonly move: (node: TreeNode) => void;
  readonly choose: (node: TreeNode) => void;
  readonly close: () => void;
}

export function useSelection(tree: TraceTree, { search, change, changeAsStep }: SearchState): Selection {
  const isWide = useIsWide();
  const [cursorId, setCursorId] = useState<string>();
  const [isWanted, setWanted] = useState(true);
  const named = search.span;
  const isMissing = named !== undefined && !tree.byId.has(named);
  const activeId = named ?? (isWide ? undefined : cursorId);
  const active = (activeId === undefined ? undefined : tree.byId.get(activeId)) ?? tree.nodes[0];
  const move = useCallback(
    (node: TreeNode) => {
      setCursorId(node.span.spanId);
      if (isWide) change({ span: node.span.spanId });
    },
    [isWide, change],
  );
  const choose = useCallback(
    (node: TreeNode) => {
      setCursorId(node.span.spanId);
      setWanted(true);
      if (!isWide && named === undefined) changeAsStep({ span: node.span.spanId });
      else change({ span: node.span.spanId });
    },
    [isWide, named, change, changeAsStep],
  );
  const close = useCallback(() => {
    if (isWide) setWanted(false);
    // Closed already, there is nothing to leave.
    else if (named !== undefined) {
      setCursorId(named);
      change({ span: undefined });
    }
  }, [isWide, named, change]);
  return {
    ...{ isWide, active, move, choose, close },
    selectedId: isMissing ? undefined : isWide ? active?.span.spanId : named,
    missingId: isMissing ? named : undefined,
    isPanelOpen: isWide ? isWanted : named !== undefined,
  };
}
