/** What the traces have in common, with counts. A field's own filter does not apply to its own counts. */

import { useCallback, useRef } from 'react';
import { type TraceFilters, VALUE_FIELDS, type ValueName } from '../../filter-bar/fields.ts';
import { toggled } from '../../filter-bar/filters.ts';
import { Failure, Skeleton } from '../../ui/page.tsx';
import { FacetGroup } from './facet-group.tsx';
import styles from './facet-panel.module.css';
import type { useFacets } from './use-facets.ts';

export function FacetPanel({
  facets: { data: facets, error, refetch },
  filters,
  onChange,
}: {
  facets: ReturnType<typeof useFacets>;
  filters: TraceFilters;
  onChange: (filters: TraceFilters) => void;
}) {
  const latest = useRef({ filters, onChange });
  latest.current = { filters, onChange };
  const toggle = useCallback((field: ValueName, value: string) => {
    const now = latest.current;
    now.onChange(toggled(now.filters, field, value));
  }, []);
  if (facets === undefined)
    return error === null ? (
      <Skeleton lines={12} label="Loading the values" />
    ) : (
      <Failure error={error} onRetry={() => void refetch()} />
    );
  return (
    <div className={styles.groups}>
      {!facets.isComplete && <p className={styles.note}>Counted over the newest traces only; there may be more.</p>}
      {VALUE_FIELDS.map((field) => (
        <FacetGroup
          key={field.name}
          field={field}
          found={facets.data.find((one) => one.field === field.name)?.values ?? []}
          filters={filters}
          onToggle={toggle}
        />
      ))}
    </div>
  );
}
