"""Model calls recorded by Voker's provider wrappers, and the people and agents around them.

VOKER_API_KEY and VOKER_URL say where they go; the SDK reads only the key itself.
"""

import json
import os

from openai import BadRequestError
from voker import VokerClient
from voker.ai.provider_anthropic import Anthropic
from voker.ai.provider_openai import OpenAI
from voker.api import ApiClient

url = os.environ["VOKER_URL"]
voker = VokerClient(base_url=url)
openai = OpenAI(voker_client=voker, max_retries=0)
anthropic = Anthropic(voker_client=voker, max_retries=0)

QUESTION = [{"role": "user", "content": "How is the weather in Paris?"}]
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
chat = {
    "voker_agent": "support",
    "voker_session": "session-1",
    "voker_agent_version": "v1",
    "voker_person": "ada@example.com",
}

voker.people.create(person_id="ada@example.com", properties={"plan": "pro"})
voker.agents.create(agent_name="support", description="Answers questions")
voker.agent_versions.create(agent_name="support", agent_version_name="v1", description="The first one")

answer = openai.chat.completions.create(model="gpt-4o-mini", messages=QUESTION, **chat)
openai.chat.completions.create(model="gpt-4o", messages=QUESTION, tools=TOOLS, **chat)
stream = openai.chat.completions.create(
    model="gpt-4o-stream", messages=QUESTION, stream=True, stream_options={"include_usage": True}, **chat
)
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
openai.responses.create(model="gpt-4.1", input="How is the weather in Paris?", **chat)
anthropic.messages.create(model="claude-haiku-4-5", max_tokens=100, messages=QUESTION, **chat)
for _ in anthropic.messages.create(
    model="claude-stream", max_tokens=100, messages=QUESTION, stream=True, **chat
):
    pass
try:
    openai.chat.completions.create(model="gpt-unknown", messages=QUESTION, **chat)
except BadRequestError:
    pass
voker.events.create(
    event_name="llm",
    properties={"api": "openai-chat-completions", "inputs": {"messages": QUESTION}, "output": answer.model_dump()},
    session="session-2",
)
voker.close()

api = ApiClient(base_url=url)
person = api.people.update(person_id="ada@example.com", properties={"plan": "team"})
agent = api.agents.get(agent_name="support")
version = api.agent_versions.get(agent_name="support", agent_version_name="v1")


def refusal(call):
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return None


print(
    json.dumps(
        {
            "answer": answer.choices[0].message.content,
            "streamed": streamed,
            "person": [person.person_id, person.properties],
            "agent": [agent.agent_name, agent.agent_number, agent.description, agent.deprecated_at],
            "version": [version.agent_version_name, version.agent_version_number, version.description],
            "noPerson": refusal(lambda: api.people.get(person_id="nobody")),
            "noAgent": refusal(lambda: api.agents.get(agent_name="nothing")),
            "noVersion": refusal(lambda: api.agent_versions.get(agent_name="support", agent_version_name="v9")),
            "noFingerprint": refusal(
                lambda: api.events.create(event_name="llm", properties={}, session="s", fingerprint_id="none")
            ),
        }
    )
)
