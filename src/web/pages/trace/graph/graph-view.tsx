/** Who called what: the folded trace as a graph. Loaded when it is looked at first. */

import '@xyflow/react/dist/base.css';
import { Background, Controls, type Edge, type Node, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { useEffect, useMemo, useRef } from 'react';
import { wholeNumber } from '../../../ui/format.ts';
import { Empty, Skeleton } from '../../../ui/page.tsx';
import { foldTrace, foremostSpan, type GraphNode, type TraceGraph } from '../model/fold.ts';
import type { TraceTree, TreeNode } from '../model/tree.ts';
import styles from './graph.module.css';
import { type GroupData, GroupNode } from './group-node.tsx';
import { NODE_HEIGHT_PX, NODE_WIDTH_PX } from './layout.ts';
import { type LaidOut, useLayout } from './use-layout.ts';

interface Props {
  readonly tree: TraceTree;
  readonly selectedId: string | undefined;
  readonly onChoose: (node: TreeNode) => void;
}

const NODE_TYPES = { spans: GroupNode };
const ZOOM_MIN = 0.05;
/** Words can be read from here on. */
const ZOOM_READABLE = 0.7;
const ZOOM_FIRST_MAX = 1.1;

export function GraphView({ tree, selectedId, onChoose }: Props) {
  const graph = useMemo(() => foldTrace(tree), [tree]);
  const { laidOut, hasFailed } = useLayout(graph);
  if (hasFailed) return <Empty title="The graph could not be laid out" text="Tree and timeline show the same spans." />;
  if (laidOut === undefined) return <Skeleton lines={6} label="Laying out the graph" />;
  return (
    <section className={styles.frame} aria-label="Graph of spans">
      <FoldedSaying graph={laidOut.graph} />
      <ReactFlowProvider>
        <Flow laidOut={laidOut} selectedId={selectedId} onChoose={onChoose} />
      </ReactFlowProvider>
    </section>
  );
}

function FoldedSaying({ graph: { folding, leftOut, nodes } }: { graph: TraceGraph }) {
  if (folding === 'names') return null;
  const bounded =
    folding === 'bounded' && `${wholeNumber(leftOut)} deeper or later spans are counted in the last node above them.`;
  return (
    <p className={styles.saying} role="note">
      {wholeNumber(nodes.length)} nodes. Spans that call their own kind and name share a node with them. {bounded}
    </p>
  );
}

function Flow({ laidOut, selectedId, onChoose }: { laidOut: LaidOut } & Omit<Props, 'tree'>) {
  const { graph, spots } = laidOut;
  const flow = useReactFlow();
  const chosen = selectedId === undefined ? undefined : graph.nodeOf.get(selectedId);
  const nodes = useMemo(
    () =>
      graph.nodes.map(
        (group): Node<GroupData> => ({
          id: group.id,
          type: 'spans',
          position: spots.get(group.id) ?? { x: 0, y: 0 },
          width: NODE_WIDTH_PX,
          height: NODE_HEIGHT_PX,
          data: {
            group,
            isChosen: group.id === chosen,
            choose: () => {
              const span = nextOf(group, selectedId);
              if (span !== undefined) onChoose(span);
            },
          },
        }),
      ),
    [graph, spots, chosen, selectedId, onChoose],
  );
  const edges = useMemo(
    () => graph.edges.map(({ from, to }): Edge => ({ id: `${from}-${to}`, source: from, target: to })),
    [graph],
  );
  const lookAt = (id: string | undefined) => {
    const spot = id === undefined ? undefined : spots.get(id);
    if (spot === undefined) return;
    const zoom = Math.max(ZOOM_READABLE, flow.getZoom());
    void flow.setCenter(spot.x + NODE_WIDTH_PX / 2, spot.y + NODE_HEIGHT_PX / 2, { zoom });
  };
  // All of it where that can be read, else where one is.
  const begin = async () => {
    await flow.fitView({ padding: 0.08, maxZoom: ZOOM_FIRST_MAX });
    if (flow.getZoom() < ZOOM_READABLE / 2) lookAt(chosen ?? graph.nodes[0]?.id);
  };
  const latestLook = useRef(lookAt);
  latestLook.current = lookAt;
  // The node of the span that was chosen elsewhere comes into sight; nothing moves while it is.
  useEffect(() => {
    const spot = chosen === undefined ? undefined : spots.get(chosen);
    if (spot !== undefined && !isInSight(flow, spot)) latestLook.current(chosen);
  }, [chosen, spots, flow]);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      onInit={() => void begin()}
      minZoom={ZOOM_MIN}
      // Each node holds a button; the page's own keys stay the page's.
      nodesFocusable={false}
      edgesFocusable={false}
      nodesDraggable={false}
      nodesConnectable={false}
      elementsSelectable={false}
      disableKeyboardA11y
      deleteKeyCode={null}
    >
      <Background gap={24} color="var(--line)" />
      <Controls showInteractive={false} />
    </ReactFlow>
  );
}

/** A click on the node that is chosen already goes on to its next span. */
function nextOf(group: GraphNode, selectedId: string | undefined): TreeNode | undefined {
  const place = group.spans.findIndex(({ span }) => span.spanId === selectedId);
  return place < 0 ? foremostSpan(group) : group.spans[(place + 1) % group.spans.length];
}

function isInSight(flow: ReturnType<typeof useReactFlow>, { x, y }: { x: number; y: number }): boolean {
  const box = document.querySelector(`.${styles.frame} .react-flow`)?.getBoundingClientRect();
  if (box === undefined) return true;
  const start = flow.flowToScreenPosition({ x, y });
  const end = flow.flowToScreenPosition({ x: x + NODE_WIDTH_PX, y: y + NODE_HEIGHT_PX });
  return end.x > box.left && start.x < box.right && end.y > box.top && start.y < box.bottom;
}
