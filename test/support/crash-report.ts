/** The result of a crash run, for people and for docs/reliability.md. */

import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { CrashReport } from './crash-harness.ts';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
const BEGIN = '<!-- crash result: written by `npm run test:crash -- --write` -->';
const END = '<!-- end of crash result -->';
const GiB = 1024 ** 3;

const CHECKS = {
  missing: 'acknowledged events that are missing',
  doubled: 'events stored twice',
  undeleted: 'deleted events that are there',
  repeatedSteps: 'step numbers given twice in a trace',
  missingTraces: 'acknowledged events whose trace is not listed',
  missingSpans: 'acknowledged events whose span is missing',
  differing: 'traces with other values than without crashes',
  unplanned: 'ends of the server that were not planned',
} as const;

/** One line each; empty when all is well. */
export function failuresOf(report: CrashReport): readonly string[] {
  return Object.entries(CHECKS).flatMap(([name, what]) =>
    report[name as keyof typeof CHECKS].map((item) => `${what}: ${item}`),
  );
}

export function crashTable(report: CrashReport, seconds: number): string {
  const [cpu] = cpus();
  const kills = [...report.kills].sort(([a], [b]) => (a < b ? -1 : 1));
  const sum = kills.reduce((total, [, { serving, starting }]) => total + serving + starting, 0);
  return [
    `Seed ${report.seed}, ${report.cycles} cycles in ${seconds} s, ${new Date().toISOString().slice(0, 10)}; ` +
      `${availableParallelism()} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / GiB)} GiB, ` +
      `Node ${process.version}.`,
    '',
    '| what | count |',
    '|---|---|',
    `| events acknowledged | ${report.acknowledged} |`,
    `| events in requests that got no answer at least once | ${report.unanswered} |`,
    `| events deleted | ${report.deleted} |`,
    `| traces and spans compared with a run without crashes | ${report.comparedTraces}, ${report.comparedSpans} |`,
    ...Object.entries(CHECKS).map(
      ([name, what]) => `| **${what}** | **${report[name as keyof typeof CHECKS].length}** |`,
    ),
    '',
    `Kills that landed where they were aimed: ${sum} of ${report.cycles}. The others did not come to that point in time, and were killed all the same.`,
    '',
    '| killed at | planned | while serving | while starting |',
    '|---|---|---|---|',
    ...kills.map(([name, { planned, serving, starting }]) => `| ${name} | ${planned} | ${serving} | ${starting} |`),
  ].join('\n');
}

/** Replaces the last result. */
export async function writeResult(table: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${PAGE} has no place for the result`);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}
