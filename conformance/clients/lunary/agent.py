"""An agent that answers a question of a chat, as a user of Lunary's Python SDK would write it.

LUNARY_PUBLIC_KEY (or LUNARY_PRIVATE_KEY) and LUNARY_API_URL say where the events go.
"""

import json

import lunary
from anthropic import Anthropic
from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate
from openai import BadRequestError, OpenAI

openai = OpenAI(max_retries=0)
lunary.monitor(openai)
anthropic = Anthropic(max_retries=0)
lunary.monitor(anthropic)

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]


@lunary.tool(name="weather")
def weather(city):
    report = openai.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Summarise the weather report of {city}"}],
    )
    return report.choices[0].message.content


@lunary.tool(name="forecast")
def forecast(day):
    raise TypeError(f"no forecast for {day}")


@lunary.agent(name="support", user_id="user-1", user_props={"name": "Ada"})
def support(question):
    messages = [{"role": "user", "content": question}]
    plan = openai.chat.completions.create(
        model="gpt-4o", temperature=0.5, tags=["plan"], messages=messages, tools=TOOLS
    )
    call = plan.choices[0].message.tool_calls[0]
    report = weather(json.loads(call.function.arguments)["city"])
    try:
        forecast("tomorrow")
    except TypeError:
        pass
    try:
        openai.chat.completions.create(model="gpt-unknown", messages=messages)
    except BadRequestError:
        pass
    stream = openai.chat.completions.create(
        model="gpt-4o-mini", stream=True, messages=[*messages, {"role": "system", "content": report}]
    )
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream)


thread = lunary.open_thread(id="ticket-42", tags=["web"])
question_id = thread.track_message({"role": "user", "content": "How is the weather in Paris?"})
with lunary.parent(question_id):
    answer = support("How is the weather in Paris?")
answer_id = thread.track_message({"role": "assistant", "content": answer})
lunary.track_feedback(answer_id, {"thumb": "up", "comment": "Right!"})

with lunary.identify("user-2", user_props={"name": "Grace"}):
    weather("Rome")

anthropic.messages.create(
    model="claude-haiku-4-5",
    max_tokens=100,
    messages=[{"role": "user", "content": "How is the weather in Paris?"}],
)

chain = ChatPromptTemplate.from_template("How is the weather in {city}?") | FakeListChatModel(responses=[answer])
chain.invoke({"city": "Paris"}, config={"run_name": "weather-chain", "callbacks": [lunary.LunaryCallbackHandler()]})

print(json.dumps({"answer": answer}))
