/** The places of a graph's nodes, as soon as they are known. Those of the graph before stay until then. */

import type { ELK } from 'elkjs/lib/elk-api.js';
import { useEffect, useRef, useState } from 'react';
import type { TraceGraph } from '../model/fold.ts';
import { layOut, newLayouter, type Spot } from './layout.ts';

export interface LaidOut {
  readonly graph: TraceGraph;
  readonly spots: ReadonlyMap<string, Spot>;
}

/** A trace that grows gives the same nodes with other counts, mostly: the shape alone asks for another layout. */
function shapeOf({ nodes, edges }: TraceGraph): string {
  return JSON.stringify([nodes.length, edges.map(({ from, to }) => `${from}-${to}`)]);
}

export function useLayout(graph: TraceGraph): { readonly laidOut: LaidOut | undefined; readonly hasFailed: boolean } {
  const elk = useRef<ELK>(undefined);
  const [hasFailed, setFailed] = useState(false);
  const [found, setFound] = useState<{ readonly shape: string; readonly laidOut: LaidOut }>();
  const shape = shapeOf(graph);
  useEffect(() => {
    const layouter = newLayouter(() => setFailed(true));
    elk.current = layouter;
    return () => layouter.terminateWorker();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another shape needs another layout
  useEffect(() => {
    let isWanted = true;
    const ask = async () => {
      if (elk.current === undefined) return;
      try {
        const spots = await layOut(elk.current, graph);
        if (isWanted) setFound({ shape, laidOut: { graph, spots } });
      } catch {
        if (isWanted) setFailed(true);
      }
    };
    void ask();
    return () => {
      isWanted = false;
    };
  }, [shape]);
  const laidOut = found?.shape === shape ? { graph, spots: found.laidOut.spots } : found?.laidOut;
  return { laidOut, hasFailed };
}
