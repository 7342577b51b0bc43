/** The columns, as TanStack Table knows them: which are shown, in which order and how wide. */

import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  tableFeatures,
} from '@tanstack/react-table';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { LOOKS } from './cells.tsx';
import { COLUMNS, WIDTH_MAX, WIDTH_MIN } from './column-state.ts';

export const features = tableFeatures({
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
});

const helper = createColumnHelper<typeof features, TraceSummary>();

export const columns = helper.columns(
  COLUMNS.map((id) =>
    helper.display({ id, header: LOOKS[id].label, size: LOOKS[id].width, minSize: WIDTH_MIN, maxSize: WIDTH_MAX }),
  ),
);
