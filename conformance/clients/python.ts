/**
 * The Python that the scripts run with: a virtual environment with the pinned SDKs, made on first use. It lies in
 * `node_modules/.cache`, named after the requirements, so it is made again when they change.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
/** The oldest one that all pinned packages support. */
const MINOR_MIN = 11;
const INSTALL_MS_MAX = 150_000;

export type Python = { readonly path: string } | { readonly missing: string };

/** Never throws: a machine without Python, pip or a registry gets the reason. */
export async function preparePython(): Promise<Python> {
  try {
    return { path: await pythonWithSdks() };
  } catch (error) {
    return { missing: reasonOf(error) };
  }
}

async function pythonWithSdks(): Promise<string> {
  const base = process.env.PYTHON ?? 'python3';
  const version = 'import venv, ensurepip, sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")';
  const { stdout } = await run(base, ['-c', version]);
  const [major, minor] = stdout.trim().split('.').map(Number);
  if (major !== 3 || minor === undefined || minor < MINOR_MIN)
    throw new Error(`${base} is ${stdout.trim()}, and 3.${MINOR_MIN} or newer is needed`);
  const hash = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex')
    .slice(0, 12);
  const directory = join(CACHE, `client-sdks-py${stdout.trim()}-${hash}`);
  const python = join(directory, 'bin', 'python');
  if (!existsSync(python)) await makeEnvironment(base, directory);
  return python;
}

/** Made aside and moved when complete: an interrupted run leaves none behind that looks finished. */
async function makeEnvironment(base: string, directory: string): Promise<void> {
  const unfinished = `${directory}.${process.pid}`;
  try {
    await run(base, ['-m', 'venv', unfinished]);
    const install = 'install --quiet --no-input --no-deps --no-compile --retries 1 --disable-pip-version-check'.split(
      ' ',
    );
    await run(join(unfinished, 'bin', 'python'), ['-m', 'pip', ...install, '-r', REQUIREMENTS], {
      timeout: INSTALL_MS_MAX,
    });
    // Another process may have been first: what it has made is as good.
    await rename(unfinished, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** The last line of what a program said is where pip puts the reason. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return said.split('\n').at(-1) || (error instanceof Error ? error.message : String(error));
}
