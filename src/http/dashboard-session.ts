/**
 * The API for a browser. A key that was typed once is kept in an http-only cookie for the path of its project, so
 * `/p/<project>/api/…` is the own API with that key, and no script ever holds it. Nothing behind it knows of cookies.
 */

import type { Context, Hono, MiddlewareHandler, Next } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { fault, type QueryEnv } from '../query/access.ts';
import { API_PREFIX } from '../query/api.ts';
import type { Registry } from '../registry/registry.ts';

const COOKIE = 'tributary_key';
const COOKIE_DAYS = 30;
/** Browsers keep no cookie above 4096 bytes. */
const KEY_CHARS_MAX = 2048;
const SIGN_IN_BYTES_MAX = 16 * 1024;
/** What the header of a request can carry as one word. Keys that were imported from elsewhere may be any text. */
const BEARER = /^[\x21-\x7e\xa1-\xff]+$/;
/** `Request` takes no others, and the own API has no routes for them; Hono answers HEAD as GET. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** A header that a page of another origin cannot send: its browser would ask first, and nobody here says yes. */
const OWN_PAGE = 'x-tributary-dashboard';

const SignIn = z.strictObject({ key: z.string().trim().min(1).max(KEY_CHARS_MAX) });

export function answerDashboard(app: Hono<QueryEnv>, registry: Registry, apiBodyBytesMax: number): void {
  const bounded = (maxSize: number): MiddlewareHandler<QueryEnv> =>
    bodyLimit({ maxSize, onError: (c) => fault(c, 'too-large', 'The body is too large') });

  app.post('/p/sign-in', ownPageOnly, bounded(SIGN_IN_BYTES_MAX), async (c) => {
    const body = SignIn.safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) return fault(c, 'invalid-event', 'Give a key', 'key');
    const { key } = body.data;
    const principal = registry.authenticate(key);
    if (principal === undefined) return fault(c, 'unknown-credential', 'This key is unknown or revoked', 'key');
    if (!BEARER.test(key)) return fault(c, 'invalid-event', 'A key is one word of plain characters', 'key');
    if (!principal.scopes.includes('read')) return fault(c, 'scope-missing', 'This key has no read scope', 'key');
    const project = (await registry.listProjects()).find(({ id }) => id === principal.projectId);
    if (project === undefined) return fault(c, 'unknown-credential', 'The project of this key is gone', 'key');
    setCookie(c, COOKIE, Buffer.from(key).toString('base64url'), {
      ...cookiePlace(c, project.id),
      maxAge: COOKIE_DAYS * 86_400,
    });
    return c.json({ id: project.id, name: project.name, scopes: [...principal.scopes] });
  });

  app.post('/p/:projectId/sign-out', ownPageOnly, (c) => {
    deleteCookie(c, COOKIE, cookiePlace(c, c.req.param('projectId') ?? ''));
    return c.json({ signedOut: true });
  });

  app.on(METHODS, '/p/:projectId/api/*', ownPageOnly, bounded(apiBodyBytesMax), async (c) => {
    const key = keyIn(c);
    const principal = key === undefined ? undefined : registry.authenticate(key);
    if (key === undefined || principal?.projectId !== c.req.param('projectId'))
      return fault(c, 'missing-credential', 'Sign in with a key of this project');
    return app.fetch(await forwarded(c, key), c.env);
  });
}

/** Reading needs nothing but the cookie, which browsers send to this site's own pages only (SameSite=Strict). */
async function ownPageOnly(c: Context<QueryEnv>, next: Next): Promise<Response | undefined> {
  const changes = c.req.method !== 'GET' && c.req.method !== 'HEAD';
  if (changes && c.req.header(OWN_PAGE) === undefined)
    return fault(c, 'scope-missing', `Only the dashboard's own pages may do this: the header ${OWN_PAGE} is missing`);
  await next();
  return undefined;
}

function cookiePlace(c: Context<QueryEnv>, projectId: string) {
  const isSecure = c.req.header('x-forwarded-proto') === 'https' || new URL(c.req.url).protocol === 'https:';
  return {
    path: `/p/${encodeURIComponent(projectId)}/`,
    httpOnly: true,
    sameSite: 'Strict',
    secure: isSecure,
  } as const;
}

function keyIn(c: Context<QueryEnv>): string | undefined {
  const cookie = getCookie(c, COOKIE);
  const key = cookie === undefined ? '' : Buffer.from(cookie, 'base64url').toString('utf8');
  return BEARER.test(key) ? key : undefined;
}

async function forwarded(c: Context<QueryEnv>, key: string): Promise<Request> {
  const { raw, method } = c.req;
  const url = new URL(raw.url);
  url.pathname = url.pathname.replace(/^\/p\/[^/]+\/api/, API_PREFIX);
  const headers = new Headers(raw.headers);
  headers.delete('cookie');
  headers.set('authorization', `Bearer ${key}`);
  const body = method === 'GET' || method === 'HEAD' ? null : await c.req.arrayBuffer();
  return new Request(url, { method, headers, body, signal: raw.signal });
}
