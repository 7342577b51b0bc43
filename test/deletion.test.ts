/** What somebody asked to be deleted is gone, all of it and nothing else, whatever happens meanwhile. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventDraft } from '../src/canonical/event.ts';
import { draftOf, fragmentOf, type Subject, Workbench } from '../src/loader/testing.ts';
import type { DeletionBody } from '../src/query/deletions.ts';
import type { NewDeadLetter } from '../src/registry/dead-letters.ts';
import type { DeletionKind } from '../src/registry/deletions.ts';
import { SqliteRegistry } from '../src/registry/sqlite/sqlite-registry.ts';
import { Housekeeping } from '../src/retention/housekeeping.ts';
import type { Surroundings } from '../src/retention/surroundings.ts';
import { openChdbWriter } from '../src/store/chdb/chdb.ts';
import type { StoreWriter } from '../src/store/store.ts';
import { silentTelemetry } from '../src/telemetry/telemetry.ts';
import { PROGRAM, TestServer } from './support/server.ts';

/** Several servers after one another, on a machine that has other things to do. */
const MS_MAX = 240_000;
vi.setConfig({ testTimeout: MS_MAX, hookTimeout: MS_MAX });

/** Rows by table, masked ones too, of the tables that have the column. */
async function rawRows(store: StoreWriter, column: string, condition: string): Promise<Record<string, number>> {
  const tables = await store.select<{ table: string }>(
    `SELECT table FROM system.columns WHERE database = 'tributary' AND name = {column:String}
       AND table IN (SELECT name FROM system.tables WHERE database = 'tributary' AND engine LIKE '%MergeTree')`,
    { column },
  );
  const counts: Record<string, number> = {};
  for (const { table } of tables) {
    const [row] = await store.select<{ rows: number }>(
      `SELECT count() AS rows FROM (SELECT * FROM tributary.${table} WHERE ${condition} SETTINGS apply_deleted_mask = 0)`,
    );
    counts[table] = row?.rows ?? 0;
  }
  return counts;
}

function letterOf({ project: projectId }: Subject, position: number, body: string): NewDeadLetter {
  const where = { dialect: 'lunary', route: 'lunary.ingest', position, failedAt: position };
  return { projectId, ...where, reason: 'x', events: 1, meta: '{}', body: Buffer.from(body) };
}

describe('a deletion', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await Workbench.open();
  });
  afterAll(() => bench.close());

  function housekeeping(changes: Partial<Surroundings> = {}): Housekeeping {
    const parts: Surroundings = {
      store: bench.reader,
      openWriter: async () => bench.storeBut({}),
      registry: bench.registry,
      log: { head: { position: 1e12, segment: '', bytes: 0, totalBytes: 0 } },
      checkpoint: async () => 1e12,
      nudgeLoader: () => undefined,
      forgetPeople: () => undefined,
      enrichedUntil: () => 1e12,
      telemetry: silentTelemetry,
      now: Date.now,
      ...changes,
    };
    return new Housekeeping(parts, null);
  }

  interface Naming {
    readonly userId?: string;
    readonly sessionId?: string;
    readonly parent?: string;
  }

  function span(traceId: string, name: string, { userId, sessionId, parent: above }: Naming = {}): EventDraft {
    // Spans are told apart by their ids alone where the tables are read back.
    const [spanId, parent] = [`${traceId}.${name}`, above === undefined ? undefined : `${traceId}.${above}`];
    const text = {
      name,
      ...(userId !== undefined && { userId }),
      ...(sessionId !== undefined && { sessionId }),
      ...(parent !== undefined && { parentSpanId: parent }),
    };
    const fragments = [fragmentOf(spanId, { text })];
    const person = userId === undefined ? {} : { mentions: { person: { id: userId, properties: '{"mail":"x@y.z"}' } } };
    return draftOf(`${traceId}/${name}`, spanId, { placement: { by: 'trace', traceId }, fragments, ...person });
  }

  async function load(subject: Subject, ...drafts: readonly EventDraft[]): Promise<void> {
    await subject.drafts(...drafts);
    await subject.load();
  }

  const request = ({ project, log }: Subject, kind: DeletionKind, id: string) =>
    bench.registry.deletions.request(project, kind, id, log.head.position);
  const shown = async (subject: Subject): Promise<string[]> =>
    (await subject.spans()).map(({ traceId, name }) => `${traceId}/${name}`).sort();
  const eventsOf = async (subject: Subject): Promise<string[]> =>
    (await subject.events()).map(({ eventId }) => eventId).sort();

  it("of a user takes the user's traces, the user's spans in others' traces, and the person", async () => {
    const [subject, other] = [await bench.subject(), await bench.subject()];
    for (const one of [subject, other])
      await load(
        one,
        ...[span('mine', 'root', { userId: 'u1' }), span('mine', 'child', { parent: 'root' })],
        ...[span('mine', 'guest', { parent: 'root', userId: 'u2' }), span('theirs', 'root', { userId: 'u2' })],
        ...[span('theirs', 'visit', { parent: 'root', userId: 'u1' }), span('nobodys', 'root')],
      );
    const { id } = await request(subject, 'user', 'u1');
    await housekeeping().runDue();
    expect(await shown(subject)).toEqual(['nobodys/root', 'theirs/root']);
    expect(await eventsOf(subject)).toEqual(['nobodys/root', 'theirs/root']);
    expect(await bench.registry.deletions.find(subject.project, id)).toMatchObject({
      ...{ state: 'done', remaining: 0, targetsWaiting: 0, reason: null },
      removed: { traces: 1, spans: 4, events: 4, aliases: 0, people: 1, deadLetters: 0 },
    });
    const people = bench.registry.directory(subject.project, async () => undefined);
    expect([await people.getPerson('u1'), (await people.getPerson('u2'))?.id]).toEqual([undefined, 'u2']);
    // Another project's user of the same name is somebody else.
    expect((await shown(other)).length).toBe(6);
    expect((await bench.registry.directory(other.project, async () => undefined).getPerson('u1'))?.id).toBe('u1');
  });

  it('of a session takes the traces of the session, and of a trace all that was joined to it', async () => {
    const subject = await bench.subject();
    const child = (id: string, parent: string) =>
      draftOf(id, id, {
        placement: { by: 'parent', parentSpanId: parent },
        fragments: [fragmentOf(id, { text: { name: id, parentSpanId: parent } })],
      });
    const top = (id: string) => draftOf(id, id, { placement: { by: 'parent' } });
    await load(subject, span('a', 'r', { sessionId: 's1' }), span('b', 'r', { sessionId: 's2' }), child('leaf', 'mid'));
    await load(subject, child('mid', 'top'));
    await load(subject, top('top'));
    await request(subject, 'session', 's1');
    // Named by an id that turned out to be a part of it.
    const { id } = await request(subject, 'trace', 'mid');
    await housekeeping().runDue();
    expect(await shown(subject)).toEqual(['b/r']);
    expect(await rawRows(bench.store, 'from_id', `project_id = '${subject.project}'`)).toEqual({ trace_aliases: 0 });
    expect(await bench.registry.deletions.find(subject.project, id)).toMatchObject({
      removed: { traces: 1, spans: 3 },
    });
  });

  it('of what nobody knows is done, too, and ids are only text', async () => {
    const subject = await bench.subject();
    await load(subject, span('t', 'r', { userId: "x' OR 1=1 --" }), span('k', 'r', { userId: 'u' }));
    for (const id of ['never seen', "' OR 1=1 --", '%', '\\']) await request(subject, 'user', id);
    await housekeeping().runDue();
    expect(await shown(subject)).toEqual(['k/r', 't/r']);
    await request(subject, 'user', "x' OR 1=1 --");
    await housekeeping().runDue();
    expect(await shown(subject)).toEqual(['k/r']);
  });

  it('waits for what was accepted before it, and for the log to be let go of', async () => {
    const subject = await bench.subject();
    await subject.drafts(span('t', 'r', { userId: 'u' }));
    await request(subject, 'user', 'u');
    let nudges = 0;
    let checkpoint = 0;
    const nudgeLoader = () => {
      nudges += 1;
      if (nudges === 1) void subject.load().then(() => (checkpoint = 1e12));
    };
    await housekeeping({ checkpoint: async () => checkpoint, nudgeLoader }).runDue();
    expect(nudges).toBeGreaterThan(0);
    expect(await shown(subject)).toEqual([]);
    // The same data sent again later, and not remembered by a server that was restarted meanwhile, is new.
    await load(subject, { ...span('t', 'r', { userId: 'u' }), eventId: 'again' });
    expect(await shown(subject)).toEqual(['t/r']);
  });

  it('takes dead letters that name the subject, and no others', async () => {
    const subject = await bench.subject();
    const bodies = [
      ...['{"events":[{"userId":"u1"}]}', '{"user":{"id":"u1"}}', '{"user_id":1}', 'no json, but "u1"'],
      ...['{"events":[{"userId":"u11"}]}', '{"role":"u1"}', '{"user_id":"u2","input":"u1"}', 'u1'],
    ];
    for (const [i, body] of bodies.entries())
      await bench.registry.deadLetters.add(letterOf(subject, 9_000_000 + i, body));
    const { id } = await request(subject, 'user', 'u1');
    await request(subject, 'user', '1');
    await housekeeping().runDue();
    expect(await bench.registry.deletions.find(subject.project, id)).toMatchObject({ removed: { deadLetters: 3 } });
    const left: number[] = [];
    await bench.registry.removals.deadLetters(subject.project, ({ body }) => {
      left.push(bodies.indexOf(Buffer.from(body).toString()));
      return false;
    });
    expect(left).toEqual([4, 5, 6, 7]);
  });

  it.each([1, 3, 5])('can be killed at statement %i, and the next process ends what it began', async (n) => {
    const subject = await bench.subject();
    await load(subject, span('mine', 'root', { userId: 'u' }), span('mine', 'child', { parent: 'root' }));
    await load(
      subject,
      span('theirs', 'root', { userId: 'v' }),
      span('theirs', 'visit', { userId: 'u', parent: 'root' }),
    );
    await request(subject, 'user', 'u');
    let commands = 0;
    const dying = bench.storeBut({
      command: async (sql, params) => {
        commands += 1;
        if (commands > n) throw new Error('killed');
        await bench.store.command(sql, params);
        if (commands === n) throw new Error('killed');
      },
    });
    const isKilled = await housekeeping({ openWriter: async () => dying })
      .runDue()
      .then(
        () => false,
        () => true,
      );
    await housekeeping().runDue();
    expect([n, await shown(subject), await eventsOf(subject)]).toEqual([n, ['theirs/root'], ['theirs/root']]);
    expect(await bench.registry.deletions.unfinished()).toEqual([]);
    expect(isKilled).toBe(true);
  });

  it('is repeated when the log would be read again from before it', async () => {
    const subject = await bench.subject();
    await load(subject, span('t', 'r', { userId: 'u' }));
    const { id } = await request(subject, 'user', 'u');
    await housekeeping().runDue();
    // The checkpoint is lost with the disk block it stood in: the next process reads all there is.
    await subject.load({ from: 0 });
    expect(await shown(subject)).toEqual(['t/r']);
    let checkpoint = 0;
    const next = housekeeping({ checkpoint: async () => checkpoint });
    await next.begin();
    expect((await bench.registry.deletions.unfinished()).map((one) => one.id)).toContain(id);
    checkpoint = 1e12;
    await next.runDue();
    await next.stop();
    expect(await shown(subject)).toEqual([]);
    expect(await bench.registry.deletions.find(subject.project, id)).toMatchObject({ state: 'done', remaining: 0 });
  });
});

describe('a deletion on a server that is killed', () => {
  let root: string;
  let server: TestServer;
  let dataDir: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tributary-deletion-'));
    dataDir = join(root, 'data');
    server = await TestServer.start({ dataDir });
  });
  afterAll(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });

  async function send(userId: string, ids: readonly string[]): Promise<void> {
    const events = ids.map((runId) => ({
      ...{ type: 'llm', event: 'start', runId, name: 'gpt-4o', input: 'hello', userId, userProps: { name: userId } },
      timestamp: new Date().toISOString(),
    }));
    const response = await fetch(`${server.url}/v1/runs/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.key}` },
      body: JSON.stringify({ events }),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** With the command, which waits until it is done. */
  async function asked(...flags: readonly string[]): Promise<DeletionBody> {
    const args = [PROGRAM, 'deletions', 'create', ...flags, '--wait', '--json'];
    const env = { PATH: process.env.PATH, TRIBUTARY_URL: server.url, TRIBUTARY_KEY: server.key };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return JSON.parse(stdout);
  }

  async function done(id: string): Promise<DeletionBody> {
    for (;;) {
      const body = await server.get<DeletionBody>(`/deletions/${id}`);
      if (body.state === 'done') return body;
      await sleep(50);
    }
  }

  it('is done after the restart, covers what was accepted and not yet stored, and nothing comes back', async () => {
    const ids = (name: string) => Array.from({ length: 50 }, (_, i) => `${name}-${i}`);
    await send('u1', ids('stored'));
    await send('u2', ids('other'));
    await server.settle();
    await send('u1', ids('under-way'));
    const { deletionId } = await server.post<DeletionBody>('/deletions', { userId: 'u1' });
    await server.kill();
    server = await TestServer.start({ dataDir });
    const finished = await done(deletionId);
    expect(finished).toMatchObject({
      kind: 'user',
      id: 'u1',
      remaining: 0,
      removed: { traces: 100, events: 100, people: 1 },
    });
    // Killed again: what the log still holds is read again, or would be.
    await server.kill();
    server = await TestServer.start({ dataDir });
    await server.settle();
    expect(await server.all('/traces?userId=u1')).toEqual([]);
    expect((await server.all('/traces')).length).toBe(50);
    expect((await server.all('/events')).length).toBe(50);
    // Whoever is named again is there again, without what was known before.
    await send('u1', ['new']);
    await server.settle();
    expect((await server.all<{ traceId: string }>('/traces?userId=u1')).map(({ traceId }) => traceId)).toEqual(['new']);
    const again = await asked('--trace', 'new');
    expect(again).toMatchObject({ kind: 'trace', id: 'new', state: 'done', remaining: 0 });
    expect((await server.all<DeletionBody>('/deletions')).map((one) => one.deletionId)).toEqual([
      again.deletionId,
      deletionId,
    ]);
    const refused = [{}, { userId: 'a', traceId: 'b' }, { userId: '' }, { user: 'a' }, { userId: 7 }];
    for (const body of refused) await expect(server.post('/deletions', body)).rejects.toThrow('400');
    expect(await server.terminate()).toBe(0);

    const store = await openChdbWriter(join(dataDir, 'store'));
    const gone = "trace_id LIKE 'stored%' OR trace_id LIKE 'under-way%' OR trace_id = 'new'";
    expect(await rawRows(store, 'span_id', gone)).toEqual({ events: 0, spans: 0 });
    await store.command('OPTIMIZE TABLE tributary.spans FINAL');
    await store.command('OPTIMIZE TABLE tributary.events FINAL');
    expect(await rawRows(store, 'span_id', gone)).toEqual({ events: 0, spans: 0 });
    expect(await rawRows(store, 'span_id', '1')).toEqual({ events: 50, spans: 50 });
    await store.close();
    const registry = await SqliteRegistry.open(join(dataDir, 'registry.db'));
    const [project] = await registry.listProjects();
    if (project === undefined) throw new Error('there is no project');
    expect(await registry.directory(project.id, async () => undefined).getPerson('u2')).toMatchObject({ id: 'u2' });
    await registry.close();
  });
});
