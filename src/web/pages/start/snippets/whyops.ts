/** WhyOps: the trace builder of its Python SDK, and its events. */

import { pyText, type SnippetValues, shellWord, type VendorSnippets } from './snippet.ts';

function curl({ url, key }: SnippetValues): string {
  return `curl ${shellWord(`${url}/whyops/api/events/ingest`)} \\
  -H ${shellWord(`Authorization: Bearer ${key}`)} -H 'Content-Type: application/json' \\
  -d '{"eventType": "llm_response", "traceId": "first-trace-'$(date +%s)'", "agentName": "support",
       "content": {"content": "Hello!"}, "metadata": {"provider": "openai", "model": "gpt-4o-mini", "latencyMs": 820,
       "usage": {"promptTokens": 12, "completionTokens": 3, "totalTokens": 15}}}'
`;
}

function python({ url, key }: SnippetValues): string {
  return `import uuid

from whyops import WhyOps

sdk = WhyOps(
    api_key=${pyText(key)},
    agent_name="support",
    agent_metadata={"systemPrompt": "You are a helpful assistant.", "tools": []},
    analyse_base_url=${pyText(`${url}/whyops/api`)},
    proxy_base_url=${pyText(`${url}/whyops`)},
)

sdk.init_agent_sync()
trace = sdk.trace(str(uuid.uuid4()))
trace.user_message_sync([{"role": "user", "content": "Say hello"}])
trace.llm_response_sync(
    "gpt-4o-mini",
    "openai",
    "Hello!",
    usage={"promptTokens": 12, "completionTokens": 3, "totalTokens": 15},
    latency_ms=820,
)
`;
}

export const whyops: VendorSnippets = {
  dialect: 'whyops',
  snippets: [
    {
      id: 'whyops-python',
      label: 'Python',
      blocks: (values) => [
        { title: 'Install', text: 'pip install whyops\n' },
        { title: 'hello.py', text: python(values) },
      ],
      notes: [
        'Set both addresses: where the first one fails, the SDK registers the agent at the second, the hosted service.',
      ],
    },
    {
      id: 'whyops-curl',
      label: 'curl',
      blocks: (values) => [{ title: 'Send one call', text: curl(values) }],
      notes: [],
    },
  ],
};
