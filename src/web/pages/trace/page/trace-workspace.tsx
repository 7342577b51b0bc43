/** The trace itself: one of its views, and the span that is looked at. */

import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import type { LiveState } from '../../../api/live.ts';
import type { TraceView } from '../../../router.tsx';
import { Page, Skeleton } from '../../../ui/page.tsx';
import { openSiblings, toggled } from '../model/expansion.ts';
import { failingFrom, failingPlace } from '../model/failing.ts';
import type { LookFor } from '../model/look-for.ts';
import type { OutlineSpan, TraceSummary } from '../model/outline.ts';
import { isOpen, msOf, wholeStretch } from '../model/times.ts';
import type { TreeNode } from '../model/tree.ts';
import { TreeTools } from '../rows/tree-tools.tsx';
import { type TreeState, useTreeState } from '../rows/use-tree-state.ts';
import { TimelineView } from '../timeline/timeline-view.tsx';
import { TranscriptView } from '../transcript/transcript.tsx';
import { TreeView } from '../tree/tree-view.tsx';
import { Guarded } from './guarded.tsx';
import { SpanSheet, SpanSide } from './span-side.tsx';
import { Split } from './split.tsx';
import { TraceActions } from './trace-actions.tsx';
import { TraceFacts } from './trace-facts.tsx';
import { TraceHeading } from './trace-heading.tsx';
import styles from './trace-workspace.module.css';
import { useMedia, useTick } from './use-media.ts';
import { type SearchState, useSearchState } from './use-search-state.ts';
import { type Selection, useSelection } from './use-selection.ts';
import { useTraceKeys } from './use-trace-keys.ts';
import { ViewChoice } from './view-choice.tsx';

const GraphView = lazy(async () => ({ default: (await import('../graph/graph-view.tsx')).GraphView }));

interface Props {
  readonly trace: TraceSummary;
  readonly spans: readonly OutlineSpan[];
  readonly live: LiveState;
}

export function TraceWorkspace({ trace, spans, live }: Props) {
  const state = useSearchState();
  const { search, change } = state;
  const view = search.view ?? 'tree';
  const look = useLook(state);
  const treeState = useTreeState(spans, look, search.span);
  const { tree, rows, reveal } = treeState;
  const selection = useSelection(tree, state);
  const { active, choose, move, close, isPanelOpen } = selection;
  const nowMs = useTick(useMemo(() => spans.some(isOpen), [spans]));

  const goTo = useCallback(
    (node: TreeNode) => {
      // It is not among what is looked for: then that is over.
      if (!reveal(node)) change({ find: undefined, kind: undefined, failed: undefined });
      choose(node);
    },
    [reveal, change, choose],
  );
  const goToId = useCallback(
    (spanId: string) => {
      const node = tree.byId.get(spanId);
      if (node !== undefined) goTo(node);
    },
    [tree, goTo],
  );
  const goToFailing = (direction: 1 | -1) => {
    const node = failingFrom(tree, active, direction);
    if (node !== undefined) goTo(node);
  };
  const showView = (next: TraceView) => change({ view: next === 'tree' ? undefined : next });
  const [isByKey, setByKey] = useState(false);
  useTraceKeys({
    onView: (next) => {
      setByKey(true);
      showView(next);
    },
    onFailing: goToFailing,
    onStep: (by) => {
      const at = rows.findIndex(({ node }) => node === active);
      const next = rows[at < 0 ? 0 : at + by]?.node;
      if (next !== undefined) move(next);
    },
    onClose: close,
  });
  const onLook = useOnLook(change);
  const failing = useMemo(() => failingPlace(tree, active), [tree, active]);
  const showsHidden = search.hidden === 'true';
  const side = {
    ...{ trace, showsHidden, onSelect: goToId, onClose: close, missingId: selection.missingId },
    span: selection.selectedId === undefined ? undefined : tree.byId.get(selection.selectedId)?.span,
    onShowHidden: () => change({ hidden: 'true' }),
  };
  const isCovered = isPanelOpen && !selection.isWide;
  const shownView = (
    <div className={styles.view}>
      <Guarded resetKey={view}>
        <View {...{ view, trace, spans, treeState, selection, look, nowMs, goTo, goToId, onLook, isByKey }} />
      </Guarded>
    </div>
  );
  return (
    <>
      <div className={styles.page} inert={isCovered}>
        <Page
          isWide
          title={trace.name ?? trace.traceId}
          heading={<TraceHeading trace={trace} />}
          actions={
            <TraceActions
              {...{ trace, live, showsHidden, failing, onFailing: goToFailing }}
              onHidden={(shows) => change({ hidden: shows ? 'true' : undefined })}
            />
          }
        >
          <TraceFacts trace={trace} soFarMs={trace.status === 'running' ? nowMs - msOf(trace.startTime) : undefined} />
          <div className={styles.workspace}>
            <div className={styles.views}>
              <ViewChoice
                view={view}
                onChange={(next) => {
                  setByKey(false);
                  showView(next);
                }}
              />
            </div>
            <div className={styles.panes}>
              <Split
                label="Width of the view"
                first={shownView}
                second={selection.isWide && isPanelOpen ? <SpanSide {...side} /> : undefined}
              />
            </div>
          </div>
        </Page>
      </div>
      {isCovered && <SpanSheet {...side} />}
    </>
  );
}

function useLook({ search: { find, kind, failed } }: SearchState): LookFor {
  const kinds = (kind ?? []).join('\n');
  return useMemo(
    () => ({ text: find ?? '', kinds: kinds === '' ? [] : kinds.split('\n'), isFailedOnly: failed === 'true' }),
    [find, kinds, failed],
  );
}

function useOnLook(change: SearchState['change']): (look: LookFor) => void {
  return useCallback(
    ({ text, kinds, isFailedOnly }) =>
      change({
        find: text === '' ? undefined : text,
        kind: kinds.length === 0 ? undefined : kinds,
        failed: isFailedOnly ? 'true' : undefined,
      }),
    [change],
  );
}

interface ViewProps {
  readonly view: TraceView;
  readonly trace: TraceSummary;
  readonly spans: readonly OutlineSpan[];
  readonly treeState: TreeState;
  readonly selection: Selection;
  readonly look: LookFor;
  readonly nowMs: number;
  readonly goTo: (node: TreeNode) => void;
  readonly goToId: (spanId: string) => void;
  readonly onLook: (look: LookFor) => void;
  /** The view was chosen by its key. */
  readonly isByKey: boolean;
}

function View(props: ViewProps) {
  const { view, trace, spans, treeState, selection, goTo, goToId } = props;
  const { selectedId } = selection;
  if (view === 'graph')
    return (
      <Suspense fallback={<Skeleton lines={6} label="Loading the graph" />}>
        <GraphView tree={treeState.tree} selectedId={selectedId} onChoose={goTo} />
      </Suspense>
    );
  if (view === 'transcript')
    return (
      <TranscriptView
        trace={trace}
        spans={spans}
        onSelect={goToId}
        {...(selectedId === undefined ? {} : { selectedSpanId: selectedId })}
      />
    );
  return <RowsView {...props} />;
}

const ROW_PX = 28;
/** For fingers. */
const TALL_ROW_PX = 40;

function RowsView({ view, spans, treeState, selection, look, nowMs, onLook, isByKey }: ViewProps) {
  const { tree, rows, close, foundCount } = treeState;
  const rowPx = useMedia('(pointer: coarse)') ? TALL_ROW_PX : ROW_PX;
  const onToggle = useCallback((node: TreeNode) => close((closed) => toggled(closed, node)), [close]);
  const onOpenSiblings = useCallback(
    (node: TreeNode) => close((closed, whole) => openSiblings(closed, whole, node)),
    [close],
  );
  const { fromMs, toMs } = useMemo(() => wholeStretch(spans, nowMs), [spans, nowMs]);
  const whole = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  const shared = {
    ...{ rows, rowPx, whole, nowMs, onToggle, onOpenSiblings },
    ...{ onMove: selection.move, onChoose: selection.choose },
    ...{ activeId: selection.active?.span.spanId, selectedId: selection.selectedId },
    takesFocus: isByKey,
  };
  return (
    <>
      <TreeTools {...{ tree, look, foundCount, onLook, onClose: close }} />
      {rows.length === 0 && <p className={styles.nothing}>Nothing in this trace is like that.</p>}
      {view === 'timeline' ? <TimelineView {...shared} tree={tree} /> : <TreeView {...shared} />}
    </>
  );
}
