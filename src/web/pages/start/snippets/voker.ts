/** Voker: the wrappers of its Python SDK, and its events. */

import { pyText, type SnippetValues, shellWord, type VendorSnippets } from './snippet.ts';

function curl({ url, key }: SnippetValues): string {
  const authorization = shellWord(`Authorization: Bearer ${key}`);
  return `FP=$(curl -s -X PUT ${shellWord(`${url}/voker/api/v1/fingerprints`)} -H ${authorization} \\
  -d '{"language": "shell", "language_version": "5", "system": "linux"}' | sed 's/.*"fingerprint_id":"\\([^"]*\\)".*/\\1/')
curl ${shellWord(`${url}/voker/api/v1/events`)} -H ${authorization} \\
  -d '{"event_name": "llm", "fingerprint_id": "'$FP'", "session": "first-session", "properties": {
    "inputs": {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello"}]},
    "output": {"choices": [{"message": {"role": "assistant", "content": "Hello!"}}]}}}'
`;
}

function python({ url, key }: SnippetValues): string {
  return `from voker import VokerClient
from voker.ai.provider_openai import OpenAI

voker = VokerClient(base_url=${pyText(`${url}/voker`)}, api_key=${pyText(key)})  # no slash at the end
client = OpenAI(voker_client=voker)
client.chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Say hello"}],
    voker_agent="support",
    voker_session="first-session",
)
voker.close()  # sends what is queued
`;
}

export const voker: VendorSnippets = {
  dialect: 'voker',
  snippets: [
    {
      id: 'voker-python',
      label: 'Python',
      blocks: (values) => [
        { title: 'Install', text: 'pip install voker openai\n' },
        { title: 'hello.py', text: python(values) },
      ],
      notes: [
        'No variable sets the address: a wrapper that is made without voker_client sends to the hosted service.',
        'OpenAI asks for OPENAI_API_KEY; it goes to OpenAI only.',
      ],
    },
    {
      id: 'voker-curl',
      label: 'curl',
      blocks: (values) => [{ title: 'Send one call', text: curl(values) }],
      notes: ['The first request tells which machine it is; events name it.'],
    },
  ],
};
