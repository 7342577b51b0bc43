import { expect, it } from 'vitest';
import { newProjectId, type ProjectId } from '../canonical/ids.ts';
import { dialects } from '../dialects/all.ts';
import type { IntakeRequest } from '../dialects/dialect.ts';
import { refusedBodyBytesMax, refusedRequestProjectsMax, refusedRequestsPerProjectMax } from '../limits.ts';
import { Redaction } from '../redaction/redaction.ts';
import type { RedactionRule } from '../registry/redaction.ts';
import { RefusedRequests, type RefusedRequestsParts } from './refused-requests.ts';

const EMAIL: RedactionRule = {
  ...{ id: 'r', createdAt: '', name: 'email', kind: 'built-in', target: 'email', action: 'mask' },
};

/** Keys are `key of <project id>`. */
function ring(redacts: ProjectId | undefined = undefined, now = () => 0): RefusedRequests {
  const parts: RefusedRequestsParts = {
    registry: {
      authenticate: (secret) => {
        const projectId = /^key-of-(.*)$/.exec(secret)?.[1] as ProjectId | undefined;
        return projectId === undefined ? undefined : { projectId, scopes: ['ingest'] };
      },
      hasProject: () => false,
    },
    trustsProjectHeaders: false,
    redaction: new Redaction({ rules: (id) => (id === redacts ? RULES : []), hashKey: () => Buffer.from('k') }),
  };
  return new RefusedRequests(parts, now);
}
const RULES = [EMAIL];

function match(routeId: string) {
  const dialect = dialects.find(({ routes }) => routes.some(({ id }) => id === routeId));
  const route = dialect?.routes.find(({ id }) => id === routeId);
  if (dialect === undefined || route === undefined) throw new Error(routeId);
  return { dialect, route };
}
const LUNARY = match('lunary.ingest');
const FAULT = { code: 'invalid-event', message: 'no', problems: [{ path: 'events[0].type', message: 'no' }] } as const;

function request(key: string, text: string, more: Partial<IntakeRequest['head']> = {}): IntakeRequest {
  const headers = { authorization: `Bearer ${key}`, 'user-agent': 'sdk/1' };
  return { head: { method: 'POST', params: {}, query: new URLSearchParams(), headers, ...more }, text, receivedAt: 1 };
}
const viewer = (projectId: ProjectId, seesNobodys = false) => ({ projectId, seesNobodys });

it('keeps the latest of each project, and counts all', async () => {
  const refused = ring();
  const [a, b] = [newProjectId(), newProjectId()];
  await refused.add(LUNARY, FAULT, request(`key-of-${b}`, '{}'));
  for (let i = 0; i < 30; i += 1) await refused.add(LUNARY, FAULT, request(`key-of-${a}`, `${i}`));
  expect(refused.counts(a)).toEqual([{ dialect: 'lunary', fault: 'invalid-event', requests: 30 }]);
  // A flood is not kept as a whole.
  const kept = refused.list(viewer(a), { limit: 100 });
  expect(kept).toHaveLength(20);
  expect(kept[0]?.body).toBe('19');
  expect(refused.list(viewer(a), { limit: 2, before: kept[1]?.id ?? 0 }).map(({ body }) => body)).toEqual(['17', '16']);
  expect(refused.list(viewer(b), { limit: 100 })).toMatchObject([
    {
      projectId: b,
      route: 'lunary.ingest',
      fault: 'invalid-event',
      message: 'no',
      field: 'events[0].type',
      body: '{}',
    },
  ]);
});

it('is bounded in requests and projects', async () => {
  let now = 0;
  const refused = ring(undefined, () => now);
  const first = newProjectId();
  for (let second = 0; second < 4; second += 1) {
    for (let i = 0; i < 20; i += 1) await refused.add(LUNARY, FAULT, request(`key-of-${first}`, ''));
    now += 1000;
  }
  expect(refused.list(viewer(first), { limit: 1000 })).toHaveLength(refusedRequestsPerProjectMax);
  for (let i = 0; i < refusedRequestProjectsMax; i += 1)
    await refused.add(LUNARY, FAULT, request(`key-of-${newProjectId()}`, ''));
  expect(refused.list(viewer(first), { limit: 1000 })).toEqual([]);
  expect(refused.counts(first)).toEqual([]);
});

it('shows what nobody sent to those who see the whole server', async () => {
  const refused = ring();
  const a = newProjectId();
  await refused.add(LUNARY, { code: 'unknown-credential', message: 'no' }, request('guessed-key', 'guessed-key'));
  expect(refused.list(viewer(a), { limit: 10 })).toEqual([]);
  const [one] = refused.list(viewer(a, true), { limit: 10 });
  expect(one).toMatchObject({ projectId: null, body: '********', headers: { authorization: '********' } });
});

it('holds no credential, wherever it stands, and the beginning of the body only', async () => {
  const refused = ring();
  const a = newProjectId();
  const key = `key-of-${a}`;
  const long = `${'x'.repeat(refusedBodyBytesMax - 5)}${key}é${'y'.repeat(9999)}`;
  const query = new URLSearchParams({ a: `1${key}2`, api_key: 'other-secret' });
  const headers = { authorization: `Bearer ${key}`, cookie: 'c=1', 'x-strange': 'z'.repeat(9999) };
  await refused.add(LUNARY, { code: 'invalid-event', message: `not ${key}` }, request(key, long, { query, headers }));
  const [one] = refused.list(viewer(a), { limit: 1 });
  expect(JSON.stringify(one)).not.toContain(key.slice(0, 8));
  expect(JSON.stringify(one)).not.toContain('other-secret');
  expect(one).toMatchObject({ query: { a: '1********2' }, bodyChars: long.length, message: 'not ********' });
  expect(one?.headers['x-strange']).toHaveLength(256);
  expect(Buffer.byteLength(one?.body ?? '')).toBeLessThanOrEqual(refusedBodyBytesMax);
});

it("holds nothing of what the project's rules take out", async () => {
  const a = newProjectId();
  const refused = ring(a);
  const key = `key-of-${a}`;
  const query = new URLSearchParams({ who: 'ann@x.org' });
  const headers = { authorization: `Bearer ${key}`, 'x-user': 'ann@x.org', 'user-agent': 'sdk of ann@x.org' };
  const fault = { code: 'invalid-event', message: 'what is "ann@x.org"?' } as const;
  for (const text of ['{"a":"ann@x.org"}', '{"broken": "ann@x.org', `{"a":"ann@x.org${'x'.repeat(2 ** 20)}"}`])
    await refused.add(LUNARY, fault, request(key, text, { query, headers }));
  const kept = refused.list(viewer(a), { limit: 10 });
  expect(kept.map(({ body }) => body)).toEqual([null, null, '{"a":"[redacted:email]"}']);
  expect(JSON.stringify(kept)).not.toContain('ann@');
  for (const { message } of kept) expect(message).toContain('[redacted:email]');
});
