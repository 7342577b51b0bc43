/** Routes that read back: the vendor's private key is a key that may read (`protocols/lunary.md` 1.1, 3). */

import type { Fault, Outcome } from '../../canonical/outcome.ts';
import { filterPartsMax } from '../../limits.ts';
import type { IntakeRequest, Reply, ResourceRoute, RouteContext } from '../dialect.ts';
import { credentialOfHead, headClaim } from './credential.ts';
import { tooManyParts } from './filters.ts';
import { message, privateOnly, refused } from './reply.ts';
import { invalid } from './write-back-body.ts';

export interface Asked extends RouteContext {
  readonly request: IntakeRequest;
  /** As the caller wrote it: the Python client hashes ids with it (`ids.ts`). */
  readonly key: string | undefined;
  readonly query: URLSearchParams;
  /** `:id` of the path. */
  readonly id: string;
}

export type Answer = (asked: Asked) => Promise<Outcome<Reply>>;

export function readRoute(id: string, path: string, answer: Answer): ResourceRoute {
  return {
    kind: 'resource',
    id: `lunary.${id}`,
    method: 'GET',
    path,
    scope: 'read',
    credential: headClaim,
    handle: (request, context) => answered(answer, request, context),
    refused: privateOnly,
  };
}

/** Public keys may ask, too: the browser SDK shows the feedback that it has sent. */
export function openRoute(id: string, path: string, answer: Answer): ResourceRoute {
  // The vendor asks for no key at all here, and tells anybody (6.1).
  const refusal = (fault: Fault) =>
    fault.code === 'missing-credential' ? message(401, 'This route requires an API key') : refused(fault);
  return { ...readRoute(id, path, answer), scope: 'ingest', refused: refusal };
}

async function answered(answer: Answer, request: IntakeRequest, context: RouteContext): Promise<Reply> {
  await context.directory.settled();
  const key = credentialOfHead(request.head)?.value;
  const { query, params } = request.head;
  if (tooManyParts(query))
    return refused(invalid(`Filters may have at most ${filterPartsMax} parts, all together`).fault);
  const outcome = await answer({ ...context, request, key, query, id: params.id ?? '' });
  return outcome.ok ? outcome.value : refused(outcome.fault);
}

export function json(body: unknown): Outcome<Reply> {
  return { ok: true, value: { status: 200, body } };
}
