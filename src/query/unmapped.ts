/** `GET /intake/unmapped`: fields of accepted events that no span shows, so that nothing of what is sent goes unseen. */

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { asObject, asText, field, type JsonValue } from '../canonical/json.ts';
import { isoFromMicros, type Micros } from '../canonical/time.ts';
import { dialects } from '../dialects/all.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { pageRowsDefault, pageRowsMax, unmappedMsMax, unmappedWaitingMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { idOf, TraceAliases } from './aliases.ts';
import { DialectParam, errorResponse, refusals, Time, TimeParam } from './schemas.ts';
import { type Path, valueAt } from './unmapped-paths.ts';
import { eventCounts, newestEvents, type SampledEvent } from './unmapped-sample.ts';
import { Slices, Verdicts } from './unmapped-verdicts.ts';

const VALUE_CHARS_MAX = 200;
const SDK_CHARS_MAX = 100;

const UnmappedFilters = z.strictObject({
  dialect: DialectParam.optional(),
  from: TimeParam.optional(),
  to: TimeParam.optional(),
  limit: z.coerce.number().int().min(1).max(pageRowsMax).default(pageRowsDefault),
});
type UnmappedFilters = z.infer<typeof UnmappedFilters>;

const UnmappedField = z
  .object({
    dialect: z.string(),
    sdk: z
      .string()
      .nullable()
      .openapi({ description: 'Who sent it: name, or name/version', example: 'vellum-ai/1.14.7' }),
    path: z.string().openapi({ description: '`[]` is any element, `*` any member', example: 'links[].note' }),
    eventCount: z.number().openapi({ description: 'Of the events that were looked at' }),
    eventTypes: z.array(z.string()),
    lastSeen: Time,
    example: z.object({
      eventId: z.string(),
      traceId: z.string(),
      value: z.string().openapi({ description: `JSON, cut after ${VALUE_CHARS_MAX} characters` }),
    }),
  })
  .openapi('UnmappedField');
type UnmappedField = z.infer<typeof UnmappedField>;

const UnmappedBody = z.object({
  data: z.array(UnmappedField),
  sampledEvents: z.number().openapi({ description: 'Events that were looked at: the newest' }),
  isSample: z.boolean().openapi({ description: 'There are more events than were looked at' }),
});
type UnmappedBody = z.infer<typeof UnmappedBody>;

export const unmappedRoute = createRoute({
  method: 'get',
  path: '/intake/unmapped',
  summary: 'Fields of accepted events that no span shows',
  request: { query: UnmappedFilters },
  responses: {
    200: { description: 'Most events first', content: { 'application/json': { schema: UnmappedBody } } },
    ...refusals,
    503: errorResponse('Others are asking the same, ask again'),
  },
});

export function answerUnmapped(api: OpenAPIHono<QueryEnv>, { registry, store }: QueryParts): void {
  api.use('/intake/unmapped', requireScope(registry, 'read'));
  const verdicts = new Verdicts();
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  api.openapi(unmappedRoute, async (c) => {
    if (waiting > unmappedWaitingMax)
      return fault(c, 'overloaded', 'Too many ask for this at once, ask again') as never;
    waiting += 1;
    // One after the other, or together they would take the thread from those who send events.
    const answer = last.then(() => unmapped(store, c.var.principal.projectId, c.req.valid('query'), verdicts));
    last = answer.catch(() => undefined);
    try {
      return c.json(await answer, 200);
    } finally {
      waiting -= 1;
    }
  });
}

export async function unmapped(
  store: StoreReader,
  project: ProjectId,
  filters: UnmappedFilters,
  verdicts: Verdicts,
): Promise<UnmappedBody> {
  const deadline = performance.now() + unmappedMsMax;
  const counts = await eventCounts(store, project, filters);
  const tallies: Tally[] = [];
  for (const dialect of dialects) {
    if (!counts.has(dialect.name)) continue;
    const events = newestEvents(store, project, { ...filters, dialect: dialect.name });
    tallies.push(await tallyOf(dialect, events, verdicts, deadline));
  }
  const sampledEvents = tallies.reduce((sum, { events }) => sum + events, 0);
  const entries = tallies.flatMap(({ entries: some }) => some);
  const sorted = entries.sort((a, b) => b.eventCount - a.eventCount || (nameIn(a) < nameIn(b) ? -1 : 1));
  return {
    data: await bodiesOf(sorted.slice(0, filters.limit), new TraceAliases(store, project)),
    sampledEvents,
    isSample: sampledEvents < [...counts.values()].reduce((sum, count) => sum + count, 0),
  };
}

interface Entry {
  readonly dialect: string;
  readonly sdk: string | null;
  readonly path: string;
  eventCount: number;
  readonly eventTypes: Set<string>;
  lastSeen: Micros;
  readonly example: { readonly event: SampledEvent; readonly value: string };
}

interface Tally {
  readonly entries: readonly Entry[];
  /** Looked at before the time was over. */
  readonly events: number;
}

/** A field that spans show of one kind of event is known, and what other kinds say of it is mostly the same again. */
async function tallyOf(
  dialect: Dialect,
  events: AsyncIterable<SampledEvent>,
  verdicts: Verdicts,
  deadline: number,
): Promise<Tally> {
  const entries = new Map<string, Entry>();
  const mapped = new Set<string>();
  const slices = new Slices();
  let looked = 0;
  for await (const event of events) {
    if (performance.now() > deadline) break;
    looked += 1;
    await slices.turn();
    const { type, payload, received } = event;
    const verdict = await verdicts.of(dialect, { type, payload, receivedAt: received }, slices);
    if (verdict === undefined) continue;
    for (const name of verdict.mapped) mapped.add(name);
    if (verdict.unmapped.size > 0) count(entries, dialect, event, verdict.unmapped);
  }
  return { entries: [...entries.values()].filter(({ path }) => !mapped.has(path)), events: looked };
}

/** Newest events come first, so the first with a field is the example. */
function count(
  entries: Map<string, Entry>,
  dialect: Dialect,
  event: SampledEvent,
  unmappedPaths: ReadonlyMap<string, Path>,
): void {
  // A verdict exists, so it is JSON.
  const payload: JsonValue = JSON.parse(event.payload);
  const sdk = sdkOf(dialect, payload, event.user_agent);
  for (const [name, path] of unmappedPaths) {
    const value = valueAt(payload, path);
    if (value === undefined) continue;
    const key = JSON.stringify([sdk, name]);
    const known = entries.get(key);
    const entry = known ?? {
      ...{ dialect: dialect.name, sdk, path: name, eventCount: 0, eventTypes: new Set<string>(), lastSeen: 0 },
      example: { event, value: JSON.stringify(value).slice(0, VALUE_CHARS_MAX) },
    };
    if (known === undefined) entries.set(key, entry);
    entry.eventCount += 1;
    entry.eventTypes.add(event.type);
    entry.lastSeen = Math.max(entry.lastSeen, event.received);
  }
}

/** As the client calls itself; of a user agent the first product. */
function sdkOf({ sdkField }: Dialect, payload: JsonValue, userAgent: string): string | null {
  const named = sdkField === undefined ? undefined : asText(field(asObject(payload), sdkField));
  const [product] = (named ?? userAgent).trim().split(/\s/);
  return product === undefined || product === '' ? null : product.slice(0, SDK_CHARS_MAX);
}

function nameIn({ dialect, path, sdk }: Entry): string {
  return `${dialect}\n${path}\n${sdk ?? ''}`;
}

async function bodiesOf(entries: readonly Entry[], aliases: TraceAliases): Promise<UnmappedField[]> {
  const keyOf = ({ dialect, example }: Entry) => `${dialect}|${example.event.trace_id}`;
  const roots = await aliases.roots([...new Set(entries.map(keyOf))]);
  return entries.map((entry) => ({
    dialect: entry.dialect,
    sdk: entry.sdk,
    path: entry.path,
    eventCount: entry.eventCount,
    eventTypes: [...entry.eventTypes].sort(),
    lastSeen: isoFromMicros(entry.lastSeen),
    example: {
      eventId: entry.example.event.event_id,
      traceId: idOf(roots.get(keyOf(entry)) ?? keyOf(entry)),
      value: entry.example.value,
    },
  }));
}
