"""Monitoring events posted with Vellum's Python client: one, a list, one again, and two that must be refused.

VELLUM_API_KEY and VELLUM_DEFAULT_API_URL say where they go.
"""

import json
import os
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from vellum import (
    BadRequestError,
    NodeExecutionInitiatedBody,
    NodeExecutionInitiatedEvent,
    NodeExecutionRejectedBody,
    NodeExecutionRejectedEvent,
    UnauthorizedError,
    Vellum,
    VellumCodeResourceDefinition,
    VellumEnvironment,
    VellumSdkError,
)

url = os.environ["VELLUM_DEFAULT_API_URL"]
environment = VellumEnvironment(default=url, predict=url, documents=url)
client = Vellum(api_key=os.environ["VELLUM_API_KEY"], environment=environment)

node = VellumCodeResourceDefinition(id=str(uuid4()), name="Forecast", module=["app", "nodes"])
span = {"trace_id": str(uuid4()), "span_id": str(uuid4())}
started = datetime.now(timezone.utc)

initiated = NodeExecutionInitiatedEvent(
    id=str(uuid4()),
    timestamp=started,
    body=NodeExecutionInitiatedBody(node_definition=node, inputs={"city": "Paris"}),
    **span,
)
rejected = NodeExecutionRejectedEvent(
    id=str(uuid4()),
    timestamp=started + timedelta(milliseconds=250),
    body=NodeExecutionRejectedBody(
        node_definition=node, error=VellumSdkError(message="no forecast for Paris", code="PROVIDER_ERROR")
    ),
    **span,
)


def refusal(error_class, call):
    try:
        call()
    except error_class as error:
        return {"name": type(error).__name__, "statusCode": error.status_code, "body": error.body}
    return None


single = client.events.create(request=initiated)
listed = client.events.create(request=[initiated, rejected])
print(
    json.dumps(
        {
            "single": single.dict(),
            "list": listed.dict(),
            "badEvent": refusal(
                BadRequestError,
                lambda: client.events.create(request=[initiated.model_copy(update={"id": ""})]),
            ),
            "badKey": refusal(
                UnauthorizedError,
                lambda: Vellum(api_key="not-a-key", environment=environment).events.create(request=initiated),
            ),
        }
    )
)
