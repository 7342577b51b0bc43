/** Findings that were fixed, as data: `regressions/*.json`. Each is checked again by `fuzz.test.ts`. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HttpRequest } from './http-inputs.ts';
import type { HttpInput, Input } from './inputs.ts';

const FOLDER = fileURLToPath(new URL('./regressions/', import.meta.url));

/** `body` is text, or the bytes in base64 where they are no UTF-8; `repeat` makes long inputs of short files. */
interface File {
  readonly finding: string;
  readonly routeId?: string;
  readonly kind?: 'events' | 'resource';
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly parser?: string;
  readonly text?: string;
  /** To be sent to a server: a method and a path, with `headers` and `body`. */
  readonly http?: { readonly method: string; readonly path: string };
  /** `{"part": times}`: each part, as it stands in the query, the body or the text, is repeated. */
  readonly repeat?: Readonly<Record<string, number>>;
}

export interface Regression {
  readonly name: string;
  readonly finding: string;
  readonly input: Exclude<Input, HttpInput> | { readonly kind: 'request'; readonly request: HttpRequest };
}

export function readRegressions(): Regression[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      // Data of this repository; a shape that is wrong fails in the check.
      const file = JSON.parse(readFileSync(FOLDER + name, 'utf8')) as File;
      return { name, finding: file.finding, input: inputOfFile(file) };
    });
}

function inputOfFile(file: File): Regression['input'] {
  const grown = (text = '') =>
    Object.entries(file.repeat ?? {}).reduce(
      (whole, [part, times]) => whole.replace(part, () => part.repeat(times)),
      text,
    );
  if (file.http !== undefined)
    return {
      kind: 'request',
      request: { ...file.http, headers: file.headers ?? {}, body: Buffer.from(grown(file.body)) },
    };
  if (file.parser !== undefined) return { kind: 'parser', parser: file.parser, text: grown(file.text) };
  return {
    kind: file.kind ?? 'events',
    routeId: file.routeId ?? '',
    params: file.params ?? {},
    query: grown(file.query),
    headers: file.headers ?? {},
    body: file.bodyBase64 === undefined ? Buffer.from(grown(file.body)) : Buffer.from(file.bodyBase64, 'base64'),
  };
}

/** The input as such a file. */
export function regressionOf(finding: string, input: Input): object {
  if (input.kind === 'parser') return { finding, parser: input.parser, text: input.text };
  if (input.kind === 'growth') return { finding, of: input.of, shape: input.shape, text: input.make(300) };
  if (input.kind === 'http') return { finding, seed: input.seed, n: input.n };
  const { kind, routeId, params, query, headers, body } = input;
  const text = body.toString();
  const isText = Buffer.from(text).equals(body);
  return {
    finding,
    kind,
    routeId,
    params,
    query,
    headers,
    ...(isText ? { body: text } : { bodyBase64: body.toString('base64') }),
  };
}
