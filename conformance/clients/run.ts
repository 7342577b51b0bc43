/** Runs a script of this folder as its user would, with the addresses and keys in its environment. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const RUN_MS_MAX = 60_000;

export interface Target {
  /** Base URL of the server. */
  readonly url: string;
  /** Whether each SDK is pointed at `/<dialect>` below it. */
  readonly isPrefixed: boolean;
  readonly projectId: string;
  readonly key: string;
  readonly openaiUrl: string;
  readonly anthropicUrl: string;
}

/** The variables that the SDKs read themselves, and those that the scripts read where an SDK reads none. */
export function clientEnv(target: Target): Record<string, string> {
  const { projectId, key } = target;
  const url = (dialect: string) => target.url + (target.isPrefixed ? `/${dialect}` : '');
  return {
    LUNARY_API_URL: url('lunary'),
    LUNARY_PUBLIC_KEY: projectId,
    VELLUM_DEFAULT_API_URL: url('vellum'),
    VELLUM_API_KEY: key,
    WHYOPS_URL: url('whyops'),
    WHYOPS_API_KEY: key,
    VOKER_URL: url('voker'),
    VOKER_API_KEY: key,
    WEFLAYR_INTAKE_URL: url('weflayr'),
    WEFLAYR_CLIENT_ID: projectId,
    WEFLAYR_CLIENT_SECRET: key,
    OPENAI_BASE_URL: target.openaiUrl,
    OPENAI_API_KEY: 'sk-openai',
    ANTHROPIC_BASE_URL: target.anthropicUrl,
    ANTHROPIC_API_KEY: 'sk-anthropic',
  };
}

export interface Ran {
  /** What the script printed: what the SDK's calls returned. */
  readonly result: unknown;
  /** SDKs complain here about events that they could not send. */
  readonly stderr: string;
}

/** Throws with all that the script said if it fails. */
export async function runScript(program: string, script: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { PATH = '', HOME = '' } = process.env;
  const { stdout, stderr } = await exec(program, [path], { env: { PATH, HOME, ...env }, timeout: RUN_MS_MAX });
  return { result: JSON.parse(stdout), stderr };
}
