/** Filters as values: added, replaced, taken away, compared. None is ever changed in place. */

import type { TraceSearch } from '../pages/traces/trace-search.ts';
import { printAmount } from './amounts.ts';
import { type AmountField, FIELDS, type FieldName, fieldNamed, type TraceFilters, type ValueName } from './fields.ts';

/** As the API has it (`filterValuesMax`, query/trace-filters.ts). */
export const FILTER_VALUES_MAX = 50;

const NAMES: readonly (keyof TraceFilters)[] = FIELDS.flatMap(namesOf);

/** The parameters that a field is made of. */
export function namesOf(field: { readonly name: FieldName }): readonly (keyof TraceFilters)[] {
  const found = fieldNamed(field.name);
  if (found.kind !== 'amount') return [found.name];
  return found.max === undefined ? [found.min] : [found.min, found.max];
}

/** The filters of a URL, without what else is in it. */
export function filtersOf(search: TraceSearch): TraceFilters {
  return Object.fromEntries(NAMES.flatMap((name) => (isSet(search[name]) ? [[name, search[name]]] : [])));
}

function isSet(value: string | readonly string[] | undefined): boolean {
  return value !== undefined && value.length > 0;
}

export function hasFilters(filters: TraceFilters): boolean {
  return NAMES.some((name) => isSet(filters[name]));
}

/** Values are joined ("any of"), words too ("all of"); a bound replaces the bound before. */
export function added(before: TraceFilters, more: TraceFilters): TraceFilters {
  const values = FIELDS.flatMap((field) => {
    if (field.kind !== 'values') return [];
    const all = [...new Set([...(before[field.name] ?? []), ...(more[field.name] ?? [])])];
    return all.length === 0 ? [] : [[field.name, all.slice(0, FILTER_VALUES_MAX)] as const];
  });
  const words = [...new Set([before.q, more.q].filter((one) => one !== undefined && one !== ''))].join(' ');
  return {
    ...before,
    ...more,
    ...Object.fromEntries(values),
    ...(words === '' ? {} : { q: words }),
  };
}

export function without(before: TraceFilters, field: FieldName): TraceFilters {
  const gone = namesOf(fieldNamed(field));
  return Object.fromEntries(Object.entries(before).filter(([name]) => !gone.some((one) => one === name)));
}

/** Chosen becomes not chosen, and the other way round. */
export function toggled(before: TraceFilters, field: ValueName, value: string): TraceFilters {
  const values = before[field] ?? [];
  if (!values.includes(value)) return added(before, { [field]: [value] });
  const rest = values.filter((one) => one !== value);
  return rest.length === 0 ? without(before, field) : { ...before, [field]: rest };
}

export function isSame(a: TraceFilters, b: TraceFilters): boolean {
  return NAMES.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

/** The URL with other filters; columns and the rest stay as they are. */
export function withFilters<Search extends TraceSearch>(search: Search, filters: TraceFilters): Search {
  const rest = Object.fromEntries(Object.entries(search).filter(([name]) => !NAMES.some((filter) => filter === name)));
  // What is left of `search`, and members that `Search` has as a `TraceSearch`.
  return { ...rest, ...filtersOf(filters) } as Search;
}

export interface Chip {
  readonly field: FieldName;
  readonly label: string;
  /** `is`, `is any of`, `≥`, `≤`, `from … to` */
  readonly operator: string;
  readonly values: readonly string[];
}

/** One for each field that is in use. */
export function chipsOf(filters: TraceFilters): readonly Chip[] {
  return FIELDS.flatMap((field): Chip[] => {
    const { name, label } = field;
    if (field.kind === 'amount') return amountChip(field, filters);
    const value = filters[field.name];
    if (value === undefined || value.length === 0) return [];
    if (typeof value === 'string') return [{ field: name, label, operator: 'contain', values: [value] }];
    return [{ field: name, label, operator: value.length === 1 ? 'is' : 'is any of', values: value }];
  });
}

function amountChip(field: AmountField, filters: TraceFilters): Chip[] {
  const shown = (text: string) => printAmount(field.unit, Number(text));
  const min = filters[field.min];
  const max = field.max === undefined ? undefined : filters[field.max];
  const chip = { field: field.name, label: field.label };
  if (min !== undefined && max !== undefined)
    return [{ ...chip, operator: 'between', values: [`${shown(min)} – ${shown(max)}`] }];
  if (min !== undefined) return [{ ...chip, operator: '≥', values: [shown(min)] }];
  return max === undefined ? [] : [{ ...chip, operator: '≤', values: [shown(max)] }];
}
