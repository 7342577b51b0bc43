"""Weflayr's "direct integration" with httpx: `track` is the vendor's sample, with the address from outside.

WEFLAYR_INTAKE_URL, WEFLAYR_CLIENT_ID and WEFLAYR_CLIENT_SECRET say where the events go.
"""

import json
import os
import time
import uuid

import httpx

INTAKE_URL = os.environ["WEFLAYR_INTAKE_URL"]
CLIENT_ID = os.environ["WEFLAYR_CLIENT_ID"]
SECRET = os.environ["WEFLAYR_CLIENT_SECRET"]

endpoint = f"{INTAKE_URL}/{CLIENT_ID}/"
headers = {"Authorization": f"Bearer {SECRET}"}
replies = []


def track(model, fn, tags=None):
    event_id = str(uuid.uuid4())
    base = {"event_id": event_id, "model": model, "tags": tags or {}}
    with httpx.Client(event_hooks={"response": [record]}) as client:
        client.post(endpoint, json={**base, "event_type": "my.call.before"}, headers=headers)
        start = time.perf_counter()
        try:
            result = fn()
        except Exception as exc:
            elapsed = round((time.perf_counter() - start) * 1000, 1)
            client.post(endpoint, json={
                **base,
                "event_type": "my.call.error",
                "elapsed_ms": elapsed,
                "error_type": type(exc).__name__,
                "error_message": str(exc),
            }, headers=headers)
            raise
        elapsed = round((time.perf_counter() - start) * 1000, 1)
        client.post(endpoint, json={**base, "event_type": "my.call.after", "elapsed_ms": elapsed}, headers=headers)
        return result


def record(response):
    response.read()
    replies.append([response.status_code, response.json()])


def forecast():
    raise TypeError("no forecast today")


answer = track("llama-3.1-70b", lambda: "It is sunny in Paris.", {"customer": "acme", "user_id": "user-1"})
try:
    track("llama-3.1-70b", forecast)
except TypeError:
    pass
print(json.dumps({"answer": answer, "replies": replies}))
