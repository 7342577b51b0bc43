"""Every kind of event of WhyOps's Python SDK, with its synchronous and with its asynchronous trace builder.

WHYOPS_API_KEY and WHYOPS_URL say where they go; the SDK itself reads no variables.
"""

import asyncio
import json
import os

from openai import OpenAI
from whyops import WhyOps

url = os.environ["WHYOPS_URL"]
sdk = WhyOps(
    api_key=os.environ["WHYOPS_API_KEY"],
    agent_name="support",
    agent_metadata={
        "systemPrompt": "You are a helpful assistant.",
        "tools": [
            {"name": "weather", "description": "The weather", "inputSchema": "{}", "outputSchema": "{}"},
        ],
    },
    analyse_base_url=f"{url}/api",
    proxy_base_url=url,
)

QUESTION = [{"role": "user", "content": "How is the weather in Paris?"}]
CALLS = [{"name": "weather", "arguments": {"city": "Paris"}}]
LLM_CALLS = [{"id": "call_1", "function": {"name": "weather", "arguments": '{"city":"Paris"}'}}]
USAGE = {"promptTokens": 12, "completionTokens": 5, "totalTokens": 17, "cacheReadTokens": 4}
RESULT = {"report": "sunny"}


def synchronous():
    trace = sdk.trace("whyops-sync")
    trace.user_message_sync(QUESTION, metadata={"systemPrompt": "You are a helpful assistant."})
    trace.llm_thinking_sync("They want the weather.", signature="sig")
    trace.llm_response_sync(
        "gpt-4o", "openai", tool_calls=LLM_CALLS, finish_reason="tool_calls", usage=USAGE, latency_ms=820
    )
    trace.embedding_request_sync(["Paris"], span_id="embedding-1")
    vectors = OpenAI().embeddings.create(model="text-embedding-3-small", input=["Paris"])
    trace.embedding_response_sync(
        vectors.model,
        "openai",
        len(vectors.data),
        len(vectors.data[0].embedding),
        total_tokens=vectors.usage.total_tokens,
        span_id="embedding-1",
    )
    span_id = trace.tool_call_request_sync("weather", CALLS)
    trace.tool_call_response_sync("weather", span_id, CALLS, RESULT, latency_ms=40)
    trace.tool_result_sync("weather", RESULT)
    trace.error_sync("no forecast today", status=502, stack="Error: no forecast today\n    at forecast")
    for _ in range(2):
        trace.llm_response_sync(
            "gpt-4o", "openai", "It is sunny in Paris.", usage=USAGE, idempotency_key="sync-answer"
        )


async def asynchronous():
    """The steps are numbered here, and say below which step they stand."""
    trace = sdk.trace("whyops-async")
    await trace.user_message(QUESTION, step_id=1)
    await trace.llm_thinking("They want the weather.", step_id=2, parent_step_id=1)
    await trace.llm_response(
        "gpt-4o", "openai", tool_calls=LLM_CALLS, usage=USAGE, latency_ms=820, step_id=3, parent_step_id=1
    )
    await trace.embedding_request(["Paris"], span_id="embedding-1", step_id=4, parent_step_id=3)
    await trace.embedding_response(
        "text-embedding-3-small", "openai", 1, 2, total_tokens=6, span_id="embedding-1", step_id=5, parent_step_id=3
    )
    span_id = await trace.tool_call_request("weather", CALLS, step_id=6, parent_step_id=3)
    await trace.tool_call_response("weather", span_id, CALLS, RESULT, step_id=7, parent_step_id=3)
    await trace.tool_result("weather", RESULT, step_id=8, parent_step_id=6)
    await trace.error("no forecast today", status=502, step_id=9, parent_step_id=3)
    await trace.llm_response(
        "gpt-4o", "openai", "It is sunny in Paris.", usage=USAGE, step_id=10, parent_step_id=1
    )


agent = sdk.init_agent_sync()
synchronous()
asyncio.run(asynchronous())
print(json.dumps({"agent": agent}))
