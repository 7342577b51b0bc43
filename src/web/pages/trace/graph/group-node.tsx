/** A node of the graph: what its spans are called, how many there are, and what they took together. */

import { Handle, type Node, type NodeProps, Position, useReactFlow } from '@xyflow/react';
import { CircleX } from 'lucide-react';
import { memo } from 'react';
import { KindIcon, kindColour, Status } from '../../../ui/badge.tsx';
import { duration, usd, wholeNumber } from '../../../ui/format.ts';
import type { GraphNode } from '../model/fold.ts';
import { spanTitle } from '../rows/span-name.tsx';
import styles from './graph.module.css';
import { NODE_HEIGHT_PX, NODE_WIDTH_PX } from './layout.ts';

export interface GroupData extends Record<string, unknown> {
  readonly group: GraphNode;
  readonly isChosen: boolean;
  readonly choose: () => void;
}

export const GroupNode = memo(function GroupNode({
  data: { group, isChosen, choose },
  positionAbsoluteX,
  positionAbsoluteY,
}: NodeProps<Node<GroupData>>) {
  const flow = useReactFlow();
  const { spans, errorCount, durationMs, costUsd, moreBelow } = group;
  const name = spanTitle({ name: group.name, model: null, kind: group.kind });
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} className={styles.handle} />
      <button
        type="button"
        className={`${styles.node} ${errorCount > 0 ? styles.failed : ''} ${isChosen ? styles.chosen : ''}`}
        style={{ borderInlineStartColor: kindColour(group.kind) }}
        aria-pressed={isChosen}
        onClick={choose}
        onFocus={(event) => {
          // Reached by Tab: it may be out of sight.
          if (!event.currentTarget.matches(':focus-visible')) return;
          const [x, y] = [positionAbsoluteX + NODE_WIDTH_PX / 2, positionAbsoluteY + NODE_HEIGHT_PX / 2];
          void flow.setCenter(x, y, { zoom: Math.max(0.7, flow.getZoom()) });
        }}
      >
        <span className={styles.title}>
          <KindIcon kind={group.kind} />
          <bdi className={styles.name} title={name}>
            {name}
          </bdi>
          {spans.length > 1 && <span className={styles.times}>×{wholeNumber(spans.length)}</span>}
        </span>
        <span className={styles.figures}>
          {errorCount > 0 && (
            <span className={styles.errors}>
              <CircleX aria-hidden="true" />
              {wholeNumber(errorCount)} <span className="visually-hidden">failed</span>
            </span>
          )}
          {group.isRunning && <Status status="running" isIcon />}
          <span>{duration(durationMs)}</span>
          {costUsd !== null && <span>{usd(costUsd)}</span>}
          {moreBelow > 0 && <span>+{wholeNumber(moreBelow)} below</span>}
        </span>
      </button>
      <Handle type="source" position={Position.Right} isConnectable={false} className={styles.handle} />
    </>
  );
});
