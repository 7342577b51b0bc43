/** The values of one field, to choose from. They keep their places while the counts change. */

import { memo, useEffect, useRef, useState } from 'react';
import { useTimeRange } from '../../api/time-range.ts';
import { shownValue } from '../../filter-bar/chip.tsx';
import type { TraceFilters, ValueField } from '../../filter-bar/fields.ts';
import { shortNumber, wholeNumber } from '../../ui/format.ts';
import { oneLine } from '../../ui/untrusted.tsx';
import { type CountedValue, settled } from './facet-order.ts';
import styles from './facet-panel.module.css';
import { useFacet, VALUES_MAX, VALUES_SHOWN } from './use-facets.ts';

const NONE: readonly string[] = [];

export const FacetGroup = memo(function FacetGroup({
  field,
  found,
  filters,
  onToggle,
}: {
  field: ValueField;
  found: readonly CountedValue[];
  filters: TraceFilters;
  onToggle: (field: ValueField['name'], value: string) => void;
}) {
  const [isWhole, setWhole] = useState(false);
  const all = useFacet(field.name, filters, useTimeRange(), isWhole);
  const places = useRef<readonly string[]>(NONE);
  const chosen = filters[field.name] ?? NONE;
  const now = (isWhole ? all.data?.data.find((one) => one.field === field.name)?.values : undefined) ?? found;
  const rows = settled(places.current, now, chosen, isWhole ? VALUES_MAX + chosen.length : VALUES_SHOWN);
  useEffect(() => {
    places.current = rows.map(({ value }) => value);
  });
  const canGrow = !isWhole && found.length >= VALUES_SHOWN;
  if (rows.length === 0) return null;
  return (
    <fieldset className={styles.group} aria-busy={isWhole && all.isFetching}>
      <legend className={styles.legend}>{field.label}</legend>
      {rows.map(({ value, count }) => (
        <label key={value} className={`${styles.value} ${count === 0 ? styles.none : ''}`}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => onToggle(field.name, value)} />
          <bdi className={styles.text} title={value.length > 24 ? oneLine(value, 1000) : undefined}>
            {shownValue(field.name, value)}
          </bdi>
          <span className={`${styles.count} numbers`} title={wholeNumber(count)}>
            {shortNumber(count)}
          </span>
        </label>
      ))}
      {(canGrow || isWhole) && (
        <button
          type="button"
          className={styles.more}
          onClick={() => {
            places.current = isWhole ? places.current.slice(0, VALUES_SHOWN) : places.current;
            setWhole(!isWhole);
          }}
        >
          {isWhole ? 'Show fewer' : 'Show more'}
          <span className="visually-hidden"> of {field.label}</span>
        </button>
      )}
      {isWhole && now.length >= VALUES_MAX && (
        <p className={styles.note}>The {VALUES_MAX} most frequent. Type in the filter bar to find others.</p>
      )}
    </fieldset>
  );
});
