/** The four views of one trace. */

import { ChartGantt, ListTree, MessagesSquare, Network } from 'lucide-react';
import type { TraceView } from '../../../router.tsx';
import { Segments } from '../../../ui/field.tsx';

const VIEWS: readonly (readonly [TraceView, string, typeof ListTree])[] = [
  ['tree', 'Tree', ListTree],
  ['timeline', 'Timeline', ChartGantt],
  ['graph', 'Graph', Network],
  ['transcript', 'Transcript', MessagesSquare],
];

export function ViewChoice({ view, onChange }: { view: TraceView; onChange: (view: TraceView) => void }) {
  return (
    <Segments
      label="View"
      value={view}
      onChange={onChange}
      options={VIEWS.map(
        ([name, label, Icon]) =>
          [
            name,
            <>
              <Icon key="icon" aria-hidden="true" />
              {label}
            </>,
          ] as const,
      )}
    />
  );
}
