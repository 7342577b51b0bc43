/** What `GET /intake` means, in a sentence: is everything stored, and if not, what is there to do? */

import type { IntakeBody } from '../../../query/intake-health.ts';
import { bytes, duration, wholeNumber } from '../../ui/format.ts';

export interface Finding {
  readonly tone: 'ok' | 'warn' | 'error';
  readonly says: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** Longer than the loader's usual interval under load by far (limits.ts: 400 ms). */
const BEHIND_SECONDS = 10;
const FREE_BYTES_LOW = 2 * 1024 ** 3;

/** The most serious first; never empty. */
export function findings(intake: IntakeBody): readonly Finding[] {
  const { server, project } = intake;
  const found = [...(server === null ? [] : ofServer(server)), ...ofProject(project)];
  const order = ['error', 'warn', 'ok'] as const;
  const sorted = found.sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone));
  return sorted.some(({ tone }) => tone !== 'ok') ? sorted : [{ tone: 'ok', says: healthy(server) }, ...sorted];
}

function healthy(server: IntakeBody['server']): string {
  if (server === null) return 'Everything that was accepted in this project could be stored';
  if (server.backlogBytes === 0) return 'Everything that was accepted is stored; the queue is empty';
  return server.oldestWaitingSeconds === 0
    ? 'Everything is being stored; the queue is less than a second behind'
    : `Everything is being stored; the queue is ${duration(server.oldestWaitingSeconds * 1000)} behind`;
}

function ofServer(server: NonNullable<IntakeBody['server']>): Finding[] {
  const found: Finding[] = [];
  if (server.storeWaitingSeconds > 0)
    found.push({
      tone: 'error',
      says: `The store has taken nothing for ${duration(server.storeWaitingSeconds * 1000)}`,
      advice: 'What is accepted is safe in the log and waits. Look at the disk and at the log lines of the server.',
    });
  else if (server.oldestWaitingSeconds >= BEHIND_SECONDS)
    found.push({
      tone: 'warn',
      says: `The queue is ${duration(server.oldestWaitingSeconds * 1000)} behind, with ${bytes(server.backlogBytes)} waiting`,
      advice: 'Nothing is lost. If it does not get shorter, more comes in than this machine can store.',
    });
  if (server.disk.freeBytes < FREE_BYTES_LOW)
    found.push({
      tone: 'error',
      says: `Only ${bytes(server.disk.freeBytes)} are free on the disk`,
      advice: 'A full disk makes senders wait with 503. Make room, or keep traces for fewer days.',
    });
  if (server.quarantinedRegions > 0)
    found.push({
      tone: 'warn',
      says: `${count(server.quarantinedRegions, 'damaged stretch of the log was', 'damaged stretches of the log were')} put aside (${bytes(server.quarantinedBytes)})`,
      advice:
        'After a crash that is mostly the torn end of a write that nobody was told was accepted. Look at the files.',
    });
  return found;
}

function ofProject({ deadLetters, refused }: IntakeBody['project']): Finding[] {
  const found: Finding[] = [];
  if (deadLetters > 0)
    found.push({
      tone: 'error',
      says: `${count(deadLetters, 'accepted request', 'accepted requests')} could not be stored`,
      advice: 'They are kept below as dead letters: read the reason, then retry or discard them.',
    });
  const requests = refused.reduce((sum, one) => sum + one.requests, 0);
  if (requests > 0)
    found.push({
      tone: 'ok',
      says: `${count(requests, 'request was', 'requests were')} refused since the server started; their senders were told`,
    });
  return found;
}

export function count(value: number, one: string, many: string): string {
  return `${wholeNumber(value)} ${value === 1 ? one : many}`;
}

export interface DialectRow {
  readonly dialect: string;
  readonly events: number;
  readonly refused: number;
  readonly faults: readonly { readonly fault: string; readonly requests: number }[];
}

/** Accepted and refused of each vendor, side by side. */
export function byDialect({ accepted, refused }: IntakeBody['project']): readonly DialectRow[] {
  const names = [...new Set([...accepted, ...refused].map(({ dialect }) => dialect))].sort();
  return names.map((dialect) => {
    const faults = refused
      .filter((one) => one.dialect === dialect)
      .map(({ fault, requests }) => ({ fault, requests }))
      .sort((a, b) => b.requests - a.requests);
    return {
      dialect,
      events: accepted.find((one) => one.dialect === dialect)?.events ?? 0,
      refused: faults.reduce((sum, { requests }) => sum + requests, 0),
      faults,
    };
  });
}
