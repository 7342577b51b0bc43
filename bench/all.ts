/**
 * `npm run bench`: every benchmark one after the other, and their figures as `docs/benchmarks.md`. About half an hour;
 * `-- --spans 1000000,10000000` says how much the questions are asked of, `-- --only intake,footprint` measures less.
 */

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { machine } from './report.ts';

const PAGE = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
const OUTPUT_BYTES_MAX = 2 ** 24;

const { values: options } = parseArgs({
  options: {
    spans: { type: 'string', default: '1000000,10000000' },
    only: { type: 'string', default: 'intake,footprint,neighbour,queries,dashboard' },
  },
});

const chosen = options.only.split(',');
const sections: string[] = [];
for (const name of chosen) {
  const runs = name === 'queries' ? options.spans.split(',').map((spans) => ['--spans', spans]) : [[]];
  for (const args of runs) sections.push(await measured(name, args));
}

/** The section that a benchmark prints. */
async function measured(name: string, args: readonly string[]): Promise<string> {
  console.error(`bench:${name} ${args.join(' ')}`);
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const { stdout } = await promisify(execFile)('npx', ['tsx', script, ...args], { maxBuffer: OUTPUT_BYTES_MAX });
  console.log(stdout);
  return stdout.slice(stdout.indexOf('## ')).trim();
}

/** The page up to its first section is written by hand. */
const page = await readFile(PAGE, 'utf8');
const introduction = page.slice(0, page.indexOf('<!-- measured -->'));
const today = new Date().toISOString().slice(0, 10);
await writeFile(PAGE, `${introduction}<!-- measured -->\n\n${today}, ${machine()}.\n\n${sections.join('\n\n')}\n`);
