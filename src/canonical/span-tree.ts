/** Which span stands below which, in one trace: by id or by step, past plumbing that is not shown, and without cycles. */

export interface SpanPlace {
  readonly spanId: string;
  /** '' when the span names none. */
  readonly parentSpanId: string;
  readonly parentStep: number;
  readonly steps: readonly number[];
  readonly isHidden: boolean;
}

/** `places` come sorted by start. The parent of each span: it may be missing from the trace, as its vendor said it. */
export function parentsOf(places: readonly SpanPlace[], showsHidden: boolean): Map<string, string | null> {
  const spanAtStep = new Map(places.flatMap(({ steps, spanId }) => steps.map((step) => [step, spanId] as const)));
  const said = new Map(
    places.map(({ spanId, parentSpanId, parentStep }) => {
      const parent = parentSpanId !== '' ? parentSpanId : spanAtStep.get(parentStep);
      return [spanId, parent === undefined || parent === spanId ? null : parent];
    }),
  );
  const hidden = new Set(showsHidden ? [] : places.filter(({ isHidden }) => isHidden).map(({ spanId }) => spanId));
  const shown = new Map([...said.keys()].map((spanId) => [spanId, visibleAbove(spanId, said, hidden)]));
  const order = places.filter(({ spanId }) => !hidden.has(spanId)).map(({ spanId }) => spanId);
  cutCycles(order, shown);
  return shown;
}

function visibleAbove(
  spanId: string,
  parentOf: ReadonlyMap<string, string | null>,
  hidden: ReadonlySet<string>,
): string | null {
  const seen = new Set([spanId]);
  let parent = parentOf.get(spanId) ?? null;
  while (parent !== null && hidden.has(parent) && !seen.has(parent)) {
    seen.add(parent);
    parent = parentOf.get(parent) ?? null;
  }
  return parent !== null && seen.has(parent) ? null : parent;
}

/** A span cannot be its own ancestor: the earliest of a cycle becomes a root. `order` is by start. */
function cutCycles(order: readonly string[], parentOf: Map<string, string | null>): void {
  const isSafe = new Set<string>();
  for (const spanId of order) {
    const path = new Set<string>();
    let current: string | null | undefined = spanId;
    while (typeof current === 'string' && !isSafe.has(current)) {
      if (path.has(current)) {
        const cycle = cycleOf(current, parentOf);
        const earliest = order.find((id) => cycle.has(id));
        if (earliest !== undefined) parentOf.set(earliest, null);
        break;
      }
      path.add(current);
      current = parentOf.get(current);
    }
    for (const id of path) isSafe.add(id);
  }
}

function cycleOf(start: string, parentOf: ReadonlyMap<string, string | null>): Set<string> {
  const cycle = new Set<string>();
  for (let id: string | null | undefined = start; typeof id === 'string' && !cycle.has(id); id = parentOf.get(id))
    cycle.add(id);
  return cycle;
}
