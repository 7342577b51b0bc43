/** Traces go whole when nothing has come to them for long enough, and nothing of them is left. The clock is the test's. */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventDraft } from '../src/canonical/event.ts';
import { draftOf, fragmentOf, type Subject, Workbench } from '../src/loader/testing.ts';
import { Housekeeping } from '../src/retention/housekeeping.ts';
import type { Surroundings } from '../src/retention/surroundings.ts';
import type { StoreWriter } from '../src/store/store.ts';
import { silentTelemetry } from '../src/telemetry/telemetry.ts';
import { TestServer } from './support/server.ts';

/** Several servers after one another, on a machine that has other things to do. */
const MS_MAX = 240_000;
vi.setConfig({ testTimeout: MS_MAX, hookTimeout: MS_MAX });

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 21);
const daysAgo = (days: number) => (NOW_MS - days * DAY_MS) * 1000;

let bench: Workbench;
let now = NOW_MS;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

function surroundings(changes: Partial<Surroundings> = {}): Surroundings {
  return {
    store: bench.reader,
    openWriter: async () => bench.storeBut({}),
    registry: bench.registry,
    log: { head: { position: 1e12, segment: '', bytes: 0, totalBytes: 0 } },
    checkpoint: async () => 1e12,
    nudgeLoader: () => undefined,
    forgetPeople: () => undefined,
    enrichedUntil: () => 1e12,
    telemetry: silentTelemetry,
    now: () => now,
    ...changes,
  };
}

const housekeeping = (days: number | null, changes?: Partial<Surroundings>) =>
  new Housekeeping(surroundings(changes), days);

function draft(traceId: string, spanId: string, more: Partial<EventDraft> = {}): EventDraft {
  return draftOf(`${traceId}/${spanId}`, spanId, {
    placement: { by: 'trace', traceId },
    fragments: [fragmentOf(spanId, { text: { name: spanId } })],
    ...more,
  });
}

async function arrive(subject: Subject, atMicros: number, ...drafts: readonly EventDraft[]): Promise<void> {
  await subject.accept(
    'test.drafts',
    drafts.map((value) => ({ ok: true, value })),
    atMicros,
  );
  await subject.load();
}

/** Rows of the project by table, masked ones too. */
async function rowsOf({ project }: Subject): Promise<Record<string, number>> {
  const tables = await bench.store.select<{ table: string }>(
    `SELECT table FROM system.columns WHERE database = 'tributary' AND name = 'project_id'
       AND table IN (SELECT name FROM system.tables WHERE database = 'tributary' AND engine LIKE '%MergeTree')`,
  );
  const counts: Record<string, number> = {};
  for (const { table } of tables) {
    const [row] = await bench.store.select<{ rows: number }>(
      `SELECT count() AS rows FROM (SELECT * FROM tributary.${table} WHERE project_id = {project:UUID} SETTINGS apply_deleted_mask = 0)`,
      { project },
    );
    counts[table] = row?.rows ?? 0;
  }
  return counts;
}

async function tracesOf({ project }: Subject): Promise<string[]> {
  const rows = await bench.store.select<{ id: string }>(
    `SELECT DISTINCT trace_id AS id FROM tributary.spans WHERE project_id = {project:UUID}
     UNION DISTINCT SELECT DISTINCT trace_id AS id FROM tributary.events WHERE project_id = {project:UUID}`,
    { project },
  );
  return rows.map(({ id }) => id).sort();
}

describe('retention', () => {
  it('takes traces whose last event is older than the limit, whole, and leaves all others whole', async () => {
    const subject = await bench.subject();
    await arrive(subject, daysAgo(40), draft('old', 'a'), draft('revived', 'a'), draft('old', 'b'));
    await arrive(subject, daysAgo(31), draft('old', 'c'), draft('just', 'a'));
    await arrive(subject, daysAgo(29), draft('revived', 'b'), draft('young', 'a'));
    await bench.registry.changeSettings(subject.project, { retentionDays: 30 });
    await housekeeping(null).runDue();
    expect(await tracesOf(subject)).toEqual(['revived', 'young']);
    expect((await subject.events()).map(({ eventId }) => eventId)).toEqual(['revived/a', 'revived/b', 'young/a']);
    const [run, ...others] = await bench.registry.retentionRuns.list(subject.project, 10);
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: 'done', retentionDays: 30, traces: 2, spans: 4, events: 4, remaining: 0 });
    await bench.store.command('OPTIMIZE TABLE tributary.spans FINAL');
    expect(await tracesOf(subject)).toEqual(['revived', 'young']);
  });

  it('counts from arrival: a wrong clock of a sender neither keeps nor loses anything', async () => {
    const subject = await bench.subject();
    const at = (micros: number): Partial<EventDraft> => ({
      timestamp: micros,
      fragments: [fragmentOf('s', { time: micros, start: micros })],
    });
    await arrive(subject, daysAgo(1), draft('from-1970', 's', at(1_000_000)));
    await arrive(subject, daysAgo(31), draft('from-2200', 's', at(Date.UTC(2200, 0, 1) * 1000)));
    await bench.registry.changeSettings(subject.project, { retentionDays: 30 });
    await housekeeping(null).runDue();
    expect(await tracesOf(subject)).toEqual(['from-1970']);
  });

  it('takes a trace together with what late parents joined to it, and never a part', async () => {
    const subject = await bench.subject();
    const child = (id: string, parent: string) =>
      draft('', id, { placement: { by: 'parent', parentSpanId: parent }, eventId: id });
    const root = (id: string) => draft('', id, { placement: { by: 'parent' }, eventId: id });
    // The child comes first, under a guessed id: `mid` of a dead and of a living trace.
    await arrive(subject, daysAgo(40), child('leaf', 'mid'), child('leaf2', 'mid2'));
    await arrive(subject, daysAgo(39), child('mid', 'top'), child('mid2', 'top2'));
    await arrive(subject, daysAgo(38), root('top'));
    await arrive(subject, daysAgo(2), root('top2'));
    expect((await rowsOf(subject)).trace_aliases).toBeGreaterThan(0);
    await bench.registry.changeSettings(subject.project, { retentionDays: 30 });
    await housekeeping(null).runDue();
    expect((await subject.spans()).map(({ spanId, traceId }) => [spanId, traceId])).toEqual([
      ['leaf2', 'top2'],
      ['mid2', 'top2'],
      ['top2', 'top2'],
    ]);
    const aliases = await bench.store.select(
      `SELECT from_id FROM tributary.trace_aliases WHERE project_id = {project:UUID} AND from_id IN ('leaf', 'mid', 'top')`,
      { project: subject.project },
    );
    expect(aliases).toEqual([]);
  });

  it('leaves no row of a project of which everything is old, not even a masked one', async () => {
    const subject = await bench.subject();
    const other = await bench.subject();
    await arrive(subject, daysAgo(40), draft('one', 'a'), draft('one', 'masked'), draft('two', 'a'));
    await arrive(other, daysAgo(40), draft('one', 'a'), draft('two', 'a'));
    const untouched = await rowsOf(other);
    await bench.registry.sampling.record([
      { projectId: subject.project, agentName: 'a', traceId: 'left out', events: 1, position: 0 },
    ]);
    for (const table of ['events', 'spans'])
      await bench.store.command(
        `DELETE FROM tributary.${table} WHERE project_id = {project:UUID} AND span_id = 'masked'`,
        {
          project: subject.project,
        },
      );
    await bench.registry.changeSettings(subject.project, { retentionDays: 30 });
    await housekeeping(null).runDue();
    expect(Object.values(await rowsOf(subject)).reduce((sum, rows) => sum + rows, 0)).toBe(0);
    expect(await rowsOf(other)).toEqual(untouched);
    expect(await bench.registry.sampling.dropped(subject.project, ['left out'])).toEqual(new Set());
    expect(await bench.registry.retentionRuns.list(subject.project, 1)).toMatchObject([
      { droppedTraces: 1, remaining: 0 },
    ]);
  });

  it('takes a late event of an expired trace as the beginning of a new one', async () => {
    const subject = await bench.subject();
    await arrive(subject, daysAgo(40), draft('t', 'a'));
    await bench.registry.changeSettings(subject.project, { retentionDays: 30 });
    const keeper = housekeeping(null);
    await keeper.runDue();
    await arrive(subject, daysAgo(0), draft('t', 'b'));
    expect((await subject.spans()).map(({ spanId }) => spanId)).toEqual(['b']);
    now = NOW_MS + 31 * DAY_MS;
    await keeper.runDue();
    now = NOW_MS;
    expect(await tracesOf(subject)).toEqual([]);
  });

  it('does not touch what would be read from the log again', async () => {
    const subject = await bench.subject();
    await arrive(subject, daysAgo(40), draft('t', 'a'));
    await bench.registry.changeSettings(subject.project, { retentionDays: 30 });
    await housekeeping(null, { checkpoint: async () => 0 }).runDue();
    expect(await tracesOf(subject)).toEqual(['t']);
    await housekeeping(null).runDue();
    expect(await tracesOf(subject)).toEqual([]);
    // Everything from the checkpoint on is read again by the next process: nothing comes back.
    await subject.restart({ from: subject.log.head.position });
    expect(await tracesOf(subject)).toEqual([]);
  });

  it('follows the server where the project says nothing, and keeps for ever where it says so', async () => {
    const [silent, forever] = [await bench.subject(), await bench.subject()];
    for (const subject of [silent, forever]) await arrive(subject, daysAgo(40), draft('t', 'a'));
    await bench.registry.changeSettings(forever.project, { retentionDays: null });
    await housekeeping(null).runDue();
    expect(await tracesOf(silent)).toEqual(['t']);
    await housekeeping(30).runDue();
    expect(await tracesOf(silent)).toEqual([]);
    expect(await tracesOf(forever)).toEqual(['t']);
  });

  it.each([1, 2, 4])('can be killed at statement %i, and the next process ends what it began', async (n) => {
    const subject = await bench.subject();
    await arrive(subject, daysAgo(40), draft('', 'leaf', { placement: { by: 'parent', parentSpanId: 'top' } }));
    await arrive(subject, daysAgo(39), draft('', 'top', { placement: { by: 'parent' } }), draft('t', 'a'));
    await bench.registry.changeSettings(subject.project, { retentionDays: 30 });
    let commands = 0;
    const dying: StoreWriter = bench.storeBut({
      command: async (sql, params) => {
        commands += 1;
        if (commands > n) throw new Error('killed');
        await bench.store.command(sql, params);
        if (commands === n) throw new Error('killed');
      },
    });
    const isKilled = await housekeeping(null, { openWriter: async () => dying })
      .runDue()
      .then(
        () => false,
        () => true,
      );
    await housekeeping(null).runDue();
    expect([n, await rowsOf(subject)]).toEqual([n, expect.objectContaining({ spans: 0, events: 0, trace_aliases: 0 })]);
    const runs = await bench.registry.retentionRuns.list(subject.project, 10);
    expect(runs.filter(({ state }) => state !== 'done')).toEqual([]);
    expect(isKilled).toBe(true);
  });
});

describe('the setting', () => {
  it('is a number of days, null for ever, or the default of the server', async () => {
    const server = await TestServer.start({ env: { TRIBUTARY_RETENTION_DAYS: '90' } });
    try {
      const patch = async (retentionDays: unknown) => {
        const response = await fetch(`${server.url}/api/tributary/v1/settings`, {
          method: 'PATCH',
          headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ retentionDays }),
        });
        return response.status;
      };
      expect(await server.get('/retention')).toMatchObject({ retentionDays: 90, setBy: 'server', runs: [] });
      expect([await patch(30), (await server.get<Record<string, unknown>>('/retention')).retentionDays]).toEqual([
        200, 30,
      ]);
      expect([await patch(null), (await server.get<Record<string, unknown>>('/retention')).retentionDays]).toEqual([
        200,
        null,
      ]);
      expect(await server.get('/retention')).toMatchObject({ setBy: 'project' });
      expect([await patch('default'), (await server.get<Record<string, unknown>>('/retention')).retentionDays]).toEqual(
        [200, 90],
      );
      for (const wrong of [0, -1, 1.5, '30', 36_501, true]) expect([wrong, await patch(wrong)]).toEqual([wrong, 400]);
    } finally {
      await server.stop();
    }
  });
});
