/** What a person sees who follows a link to a trace: how to read it. Nothing of the trace itself, which needs a key. */

import { API_PREFIX } from '../query/api.ts';

/** No script, no style, nothing from elsewhere: an id in a link is anybody's text. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

/** `origin`: `http://localhost:4320`, as the reader of the page reaches this server. */
export function tracePage(traceId: string, origin: string): string {
  const url = `${origin}${API_PREFIX}/traces/${encodeURIComponent(traceId.toWellFormed())}`;
  // An id that begins with a dash is no option.
  const cli = `npx tributary trace ${traceId.startsWith('-') ? '-- ' : ''}${quoted(traceId)}`;
  const curl = `curl -H "Authorization: Bearer $TRIBUTARY_KEY" ${quoted(url)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Trace ${escaped(traceId)}</title></head>
<body>
<h1>Trace ${escaped(traceId)}</h1>
<p>Reading a trace needs a key of its project with the scope <code>read</code>.</p>
<p>On the command line:</p>
<pre>${escaped(cli)}</pre>
<p>Over HTTP:</p>
<pre>${escaped(curl)}</pre>
</body></html>
`;
}

/** One word of a shell, whatever is in it. A line break would end the command where it is pasted. */
function quoted(text: string): string {
  const line = text.replace(/\p{Cc}/gu, ' ');
  return /^[\w:./%-]+$/.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
