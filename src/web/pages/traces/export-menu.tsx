/** All traces that match, as a file that the browser downloads. */

import { Download } from 'lucide-react';
import { useApi } from '../../api/project.tsx';
import type { TimeRange } from '../../api/time-range.ts';
import type { TraceFilters } from '../../filter-bar/fields.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, MenuLabel } from '../../ui/menu.tsx';
import { MenuDownload } from '../../ui/menu-link.tsx';
import styles from './traces.module.css';

export function ExportMenu({
  filters,
  range: { from, to },
  count,
}: {
  filters: TraceFilters;
  range: TimeRange;
  /** `2 359 traces` */
  count: string | undefined;
}) {
  const api = useApi();
  const url = (format: 'csv' | 'jsonl') => api.url('/traces/export', {}, { ...filters, from, to, format });
  return (
    <Menu
      align="end"
      trigger={
        <Button isSmall icon={<Download aria-hidden="true" />} aria-label="Export">
          <span className={styles.wideOnly}>Export</span>
        </Button>
      }
    >
      <MenuLabel>{count ?? 'All traces that match'}</MenuLabel>
      <MenuDownload href={url('csv')} name="traces.csv">
        CSV, for spreadsheets
      </MenuDownload>
      <MenuDownload href={url('jsonl')} name="traces.jsonl">
        JSONL, one trace on a line
      </MenuDownload>
    </Menu>
  );
}
