/** Lunary: both SDKs take the project id as public key. */

import { jsText, pyText, type SnippetValues, shellWord, type VendorSnippets } from './snippet.ts';

function curl({ url, key }: SnippetValues): string {
  return `S=$(date +%s); curl -X POST ${shellWord(`${url}/lunary/v1/runs/ingest`)} \\
  -H ${shellWord(`Authorization: Bearer ${key}`)} -H 'Content-Type: application/json' \\
  -d '{"events": [
    {"type": "llm", "event": "start", "runId": "first-run-'$S'", "timestamp": '$S'000, "name": "gpt-4o-mini",
     "input": [{"role": "user", "content": "Say hello"}]},
    {"type": "llm", "event": "end", "runId": "first-run-'$S'", "timestamp": '$S'820,
     "output": {"role": "assistant", "content": "Hello!"}, "tokensUsage": {"prompt": 12, "completion": 3}}]}'
`;
}

function javascript({ url, projectId }: SnippetValues): string {
  return `import OpenAI from 'openai';
import lunary from 'lunary';
import { monitorOpenAI } from 'lunary/openai';

// Before the first event; no slash at the end.
lunary.init({ apiUrl: ${jsText(`${url}/lunary`)}, publicKey: ${jsText(projectId)} });
const openai = monitorOpenAI(new OpenAI());

await openai.chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello' }],
});
await lunary.flush(); // before the process ends
`;
}

function python({ url, projectId }: SnippetValues): string {
  return `import lunary
from openai import OpenAI

# Before the first event; no slash at the end.
lunary.config(app_id=${pyText(projectId)}, api_url=${pyText(`${url}/lunary`)})
client = OpenAI()
lunary.monitor(client)

client.chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Say hello"}],
)
`;
}

function environment({ url, projectId }: SnippetValues): string {
  return `export LUNARY_API_URL=${shellWord(`${url}/lunary`)}
export LUNARY_PUBLIC_KEY=${shellWord(projectId)}
`;
}

export const lunary: VendorSnippets = {
  dialect: 'lunary',
  snippets: [
    {
      id: 'lunary-curl',
      label: 'curl',
      blocks: (values) => [{ title: 'Send one call', text: curl(values) }],
      notes: [],
    },
    {
      id: 'lunary-js',
      label: 'JavaScript',
      blocks: (values) => [
        { title: 'Install', text: 'npm install lunary openai\n' },
        { title: 'hello.mjs', text: javascript(values) },
        { title: 'Or, for code that calls no init', text: environment(values) },
      ],
      notes: [
        'The project id serves as public key. An exported LUNARY_PRIVATE_KEY wins over it.',
        'OpenAI asks for OPENAI_API_KEY; it goes to OpenAI only.',
      ],
    },
    {
      id: 'lunary-python',
      label: 'Python',
      blocks: (values) => [
        { title: 'Install', text: 'pip install lunary openai\n' },
        { title: 'hello.py', text: python(values) },
        { title: 'Or, for code that calls no config', text: environment(values) },
      ],
      notes: [
        'The project id serves as public key. An exported LUNARY_PRIVATE_KEY wins over it.',
        'LangChain, LiteLLM and Flowise use this SDK: the variables are enough.',
      ],
    },
  ],
};
