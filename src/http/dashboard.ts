/**
 * The dashboard's files, as `npm run build` left them in dist/web. Every path of a page gets the same document; which
 * page it is, the browser decides.
 */

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context, Hono } from 'hono';
import type { QueryEnv } from '../query/access.ts';

/** From src/http and from dist/http alike. */
const FILES = fileURLToPath(new URL('../../dist/web', import.meta.url));

/** Single names below one folder: no path can leave it. */
const FILE_NAME = /^[\w-][\w.-]*$/;
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
/** Names have a hash of the content in them. */
const FOREVER = 'public, max-age=31536000, immutable';

/** Nothing but what this origin serves. Styles that libraries insert while a menu is open carry the nonce of the page. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export function serveDashboard(app: Hono<QueryEnv>): void {
  const page = (c: Context<QueryEnv>) => documentPage(c);
  // `/traces/{id}` is where vendors' links to a run or an execution lead (dialects/vellum).
  for (const path of ['/', '/sign-in', '/traces/:traceId', '/p/:projectId', '/p/:projectId/*']) app.get(path, page);
  app.get('/assets/:file', (c) => file(c, join('assets', c.req.param('file')), c.req.param('file'), FOREVER));
  app.get('/icon.svg', (c) => file(c, 'icon.svg', 'icon.svg', 'public, max-age=86400'));
}

async function documentPage(c: Context<QueryEnv>): Promise<Response> {
  const template = await readFile(join(FILES, 'index.html'), 'utf8').catch(() => undefined);
  if (template === undefined) return c.text('The dashboard is not built: run "npm run build".\n', 503);
  const nonce = randomBytes(16).toString('base64');
  return c.body(template.replaceAll('__CSP_NONCE__', nonce), 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(nonce),
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  });
}

async function file(c: Context<QueryEnv>, path: string, name: string, caching: string): Promise<Response> {
  const type = TYPES[extname(name)];
  if (!FILE_NAME.test(name) || type === undefined) return c.notFound();
  const accepted = c.req.header('accept-encoding') ?? '';
  const headers = { 'content-type': type, 'cache-control': caching, vary: 'accept-encoding' };
  for (const [encoding, suffix] of ENCODINGS) {
    if (!accepted.includes(encoding)) continue;
    const bytes = await readFile(join(FILES, path + suffix)).catch(() => undefined);
    if (bytes !== undefined) return c.body(bytes, 200, { ...headers, 'content-encoding': encoding });
  }
  const bytes = await readFile(join(FILES, path)).catch(() => undefined);
  return bytes === undefined ? c.notFound() : c.body(bytes, 200, headers);
}
