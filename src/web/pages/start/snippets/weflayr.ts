/** Weflayr: direct calls, as on the vendor's page. */

import { jsText, pyText, type SnippetValues, shellWord, type VendorSnippets } from './snippet.ts';

function curl({ url, projectId, key }: SnippetValues): string {
  return `curl -X POST ${shellWord(`${url}/weflayr/${projectId}/`)} \\
  -H ${shellWord(`Authorization: Bearer ${key}`)} -H 'Content-Type: application/json' \\
  -d '{"event_id": "first-call-'$(date +%s)'", "event_type": "chat.completions.create.after",
       "provider": "openai", "model": "gpt-4o-mini", "elapsed_ms": 820.5,
       "prompt_tokens": 12, "completion_tokens": 3}'
`;
}

function javascript({ url, projectId, key }: SnippetValues): string {
  return `const endpoint = ${jsText(`${url}/weflayr/${projectId}/`)};
const headers = {
  Authorization: ${jsText(`Bearer ${key}`)},
  'Content-Type': 'application/json',
};
const post = (body) => fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => {});

async function track(model, call, tags = {}) {
  const base = { event_id: crypto.randomUUID(), model, tags };
  await post({ ...base, event_type: 'my.call.before' });
  const start = performance.now();
  const elapsed = () => Math.round(performance.now() - start);
  try {
    const result = await call();
    await post({ ...base, event_type: 'my.call.after', elapsed_ms: elapsed() });
    return result;
  } catch (error) {
    const { name, message } = error;
    await post({ ...base, event_type: 'my.call.error', elapsed_ms: elapsed(), error_type: name, error_message: message });
    throw error;
  }
}

await track('llama-3.1-70b', async () => 'Hello!', { customer: 'acme', user_id: 'user-1' });
`;
}

function python({ url, projectId, key }: SnippetValues): string {
  return `import time
import uuid

import httpx

endpoint = ${pyText(`${url}/weflayr/${projectId}/`)}
client = httpx.Client(headers={"Authorization": ${pyText(`Bearer ${key}`)}})


def track(model, call, tags=None):
    base = {"event_id": str(uuid.uuid4()), "model": model, "tags": tags or {}}
    client.post(endpoint, json={**base, "event_type": "my.call.before"})
    start = time.perf_counter()
    try:
        result = call()
    except Exception as error:
        elapsed = round((time.perf_counter() - start) * 1000, 1)
        failed = {"error_type": type(error).__name__, "error_message": str(error)}
        client.post(endpoint, json={**base, "event_type": "my.call.error", "elapsed_ms": elapsed, **failed})
        raise
    elapsed = round((time.perf_counter() - start) * 1000, 1)
    client.post(endpoint, json={**base, "event_type": "my.call.after", "elapsed_ms": elapsed})
    return result


track("llama-3.1-70b", lambda: "Hello!", {"customer": "acme", "user_id": "user-1"})
`;
}

export const weflayr: VendorSnippets = {
  dialect: 'weflayr',
  snippets: [
    {
      id: 'weflayr-curl',
      label: 'curl',
      blocks: (values) => [{ title: 'Send one call', text: curl(values) }],
      notes: ['The word behind /weflayr/ may be any: the key decides the project.'],
    },
    {
      id: 'weflayr-js',
      label: 'JavaScript',
      blocks: (values) => [{ title: 'track.mjs', text: javascript(values) }],
      notes: ['Needs nothing but Node 18 or newer.'],
    },
    {
      id: 'weflayr-python',
      label: 'Python',
      blocks: (values) => [
        { title: 'Install', text: 'pip install httpx\n' },
        { title: 'track.py', text: python(values) },
      ],
      notes: [],
    },
  ],
};
