/** What the demo sends: requests as the vendors' clients make them, without the key. */

import type { DialectName } from '../canonical/event.ts';
import type { JsonValue } from '../canonical/json.ts';

export interface DemoRequest {
  readonly dialect: DialectName;
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The refusal that is wanted; absent for what must be accepted. */
  readonly refusedWith?: number;
  /** A key that nobody has, in place of the project's. */
  readonly key?: string;
}

/** Requests of one step are sent side by side, the next step when all of them are answered. */
export interface Step {
  readonly name: string;
  readonly requests: readonly DemoRequest[];
}

/** Stands for the fingerprint that the server gives to Voker's clients before their first event. */
export const FINGERPRINT = '{{fingerprint}}';

interface Wire {
  /** How each vendor's client names itself and hands in its key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly keyHeader: 'authorization' | 'x-api-key';
}

export const WIRES: Readonly<Record<DialectName, Wire>> = {
  lunary: { headers: { 'user-agent': 'node' }, keyHeader: 'authorization' },
  whyops: { headers: { 'user-agent': 'node' }, keyHeader: 'authorization' },
  vellum: {
    headers: { 'user-agent': 'vellum-ai/1.14.7', 'x-fern-language': 'Python', 'x-fern-sdk-name': 'vellum-ai' },
    keyHeader: 'x-api-key',
  },
  weflayr: { headers: { 'user-agent': 'python-httpx/0.28.1' }, keyHeader: 'authorization' },
  voker: { headers: { 'user-agent': 'python-requests/2.34.2' }, keyHeader: 'authorization' },
};

export function post(dialect: DialectName, path: string, body: JsonValue): DemoRequest {
  return { dialect, method: 'POST', path, headers: WIRES[dialect].headers, body: JSON.stringify(body) };
}

export function put(dialect: DialectName, path: string, body: JsonValue): DemoRequest {
  return { ...post(dialect, path, body), method: 'PUT' };
}
