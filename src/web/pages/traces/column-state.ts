/**
 * Which columns the table has, in which order and how wide: in the URL as `columns=name&columns=model.240`, so that a link
 * shows the same table, and kept in this browser for the next visit.
 */

export const COLUMNS = [
  'time',
  'status',
  'name',
  'dialect',
  'agent',
  'user',
  'session',
  'model',
  'duration',
  'tokens',
  'cost',
  'spans',
  'errors',
  'tags',
  'environment',
  'traceId',
] as const;
export type ColumnId = (typeof COLUMNS)[number];

const USUAL: readonly ColumnId[] = [
  ...(['time', 'status', 'name', 'dialect', 'agent', 'model'] as const),
  ...(['duration', 'cost', 'tokens', 'user', 'spans', 'errors'] as const),
];

export const WIDTH_MIN = 56;
export const WIDTH_MAX = 800;

export interface ColumnState {
  /** Those that are shown, in their order. The name, which leads to the trace, always is. */
  readonly shown: readonly ColumnId[];
  /** In pixels, where somebody changed it. */
  readonly widths: Readonly<Partial<Record<ColumnId, number>>>;
}

export const USUAL_COLUMNS: ColumnState = { shown: USUAL, widths: {} };

function isColumn(id: string): id is ColumnId {
  return COLUMNS.some((column) => column === id);
}

/** `undefined` when the URL names no column that exists. */
export function readColumns(entries: readonly string[] | undefined): ColumnState | undefined {
  const shown: ColumnId[] = [];
  const widths: Partial<Record<ColumnId, number>> = {};
  for (const entry of entries ?? []) {
    const [id = '', width] = entry.split('.');
    if (!isColumn(id) || shown.includes(id)) continue;
    shown.push(id);
    if (width !== undefined && /^\d{1,4}$/.test(width)) widths[id] = bounded(Number(width));
  }
  if (shown.length === 0) return undefined;
  return { shown: shown.includes('name') ? shown : ['name', ...shown], widths };
}

export function printColumns({ shown, widths }: ColumnState): string[] {
  return shown.map((id) => (widths[id] === undefined ? id : `${id}.${widths[id]}`));
}

export function isUsual(state: ColumnState): boolean {
  return printColumns(state).join() === printColumns(USUAL_COLUMNS).join();
}

export function withColumn(state: ColumnState, id: ColumnId, isShown: boolean): ColumnState {
  if (isShown === state.shown.includes(id) || id === 'name') return state;
  return { ...state, shown: isShown ? [...state.shown, id] : state.shown.filter((one) => one !== id) };
}

/** One place to the start (-1) or to the end (1). */
export function movedColumn(state: ColumnState, id: ColumnId, by: -1 | 1): ColumnState {
  const at = state.shown.indexOf(id);
  const other = state.shown[at + by];
  if (at === -1 || other === undefined) return state;
  return { ...state, shown: state.shown.map((one) => (one === id ? other : one === other ? id : one)) };
}

export function withWidth(state: ColumnState, id: ColumnId, width: number): ColumnState {
  return { ...state, widths: { ...state.widths, [id]: bounded(width) } };
}

function bounded(width: number): number {
  return Math.round(Math.min(Math.max(width, WIDTH_MIN), WIDTH_MAX));
}
