"""Scores and feedback of a run, as a user of Lunary's Python SDK would write it.

LUNARY_PRIVATE_KEY and LUNARY_API_URL say where they go. The SDK hashes the ids of the runs that it sends, and not the
ids of the runs that it scores.
"""

import json
import time

import lunary

run_id = "answer-1"


def told(call, *args):
    try:
        return call(*args)
    except Exception as error:
        return str(error)


lunary.track_event("llm", "start", run_id=run_id, name="gpt-4o", input="How is the weather?", user_id="user-1")
# The run may still be in the SDK's queue.
early = told(lunary.score, run_id, "accuracy", 0.5)
lunary.track_event(
    "llm", "end", run_id=run_id, output="Sunny.", token_usage={"prompt": 12, "completion": 5}
)
lunary.track_feedback(run_id, {"thumb": "up", "comment": "Right!"})
# The queue is emptied twice a second.
time.sleep(2)
scores = [
    told(lunary.score, run_id, "accuracy", 0.9, "Close enough"),
    told(lunary.score, run_id, "is it right?", True),
]
wrong = told(lunary.score, run_id, "nothing", None)
template = told(lunary.render_template, "welcome")

print(json.dumps({"early": early, "scores": scores, "wrong": wrong, "template": template}))
