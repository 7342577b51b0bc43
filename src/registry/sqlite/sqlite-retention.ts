/** What retention has deleted, a row per run. */

import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { RetentionRun, RetentionRuns } from '../retention.ts';
import type { Tables } from './tables.ts';

export class SqliteRetentionRuns implements RetentionRuns {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async begin(projectId: ProjectId, retentionDays: number, cutoff: string, now: string): Promise<RetentionRun> {
    const left = await this.#of(projectId).where('state', '=', 'running').executeTakeFirst();
    if (left !== undefined) return { ...toRun(left), retentionDays, cutoff };
    const row: Tables['retention_runs'] = {
      id: randomUUID(),
      project_id: projectId,
      retention_days: retentionDays,
      cutoff,
      state: 'running',
      traces: 0,
      spans: 0,
      events: 0,
      aliases: 0,
      dead_letters: 0,
      dropped_traces: 0,
      remaining: null,
      started_at: now,
      finished_at: null,
    };
    await this.#db.insertInto('retention_runs').values(row).execute();
    return toRun(row);
  }

  async save(run: RetentionRun): Promise<void> {
    await this.#db.updateTable('retention_runs').set(toRow(run)).where('id', '=', run.id).execute();
  }

  async list(projectId: ProjectId, limit: number): Promise<RetentionRun[]> {
    const rows = await this.#of(projectId).orderBy(sql`rowid`, 'desc').limit(limit).execute();
    return rows.map(toRun);
  }

  async trim(projectId: ProjectId, kept: number): Promise<void> {
    await sql`DELETE FROM retention_runs WHERE project_id = ${projectId} AND rowid NOT IN (
      SELECT rowid FROM retention_runs WHERE project_id = ${projectId} ORDER BY rowid DESC LIMIT ${kept})`.execute(
      this.#db,
    );
  }

  #of(projectId: ProjectId) {
    return this.#db.selectFrom('retention_runs').selectAll().where('project_id', '=', projectId);
  }
}

function toRow(run: RetentionRun): Tables['retention_runs'] {
  return {
    id: run.id,
    project_id: run.projectId,
    retention_days: run.retentionDays,
    cutoff: run.cutoff,
    state: run.state,
    traces: run.traces,
    spans: run.spans,
    events: run.events,
    aliases: run.aliases,
    dead_letters: run.deadLetters,
    dropped_traces: run.droppedTraces,
    remaining: run.remaining,
    started_at: run.startedAt,
    finished_at: run.finishedAt,
  };
}

function toRun(row: Tables['retention_runs']): RetentionRun {
  return {
    id: row.id,
    projectId: row.project_id as ProjectId,
    retentionDays: row.retention_days,
    cutoff: row.cutoff,
    state: row.state === 'done' ? 'done' : 'running',
    traces: row.traces,
    spans: row.spans,
    events: row.events,
    aliases: row.aliases,
    deadLetters: row.dead_letters,
    droppedTraces: row.dropped_traces,
    remaining: row.remaining,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
