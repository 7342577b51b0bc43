#!/bin/sh
# Weflayr's "direct integration" with curl: the vendor's two calls, with the address from outside.
# WEFLAYR_INTAKE_URL, WEFLAYR_CLIENT_ID and WEFLAYR_CLIENT_SECRET say where the events go.
set -eu

post() {
  curl --silent --show-error --fail-with-body -X POST "$WEFLAYR_INTAKE_URL/$WEFLAYR_CLIENT_ID/" \
    -H "Authorization: Bearer $WEFLAYR_CLIENT_SECRET" \
    -H "Content-Type: application/json" \
    -d "$1"
}

# Before
before=$(post '{
  "event_id": "550e8400-e29b-41d4-a716-446655440000",
  "event_type": "custom.inference.before",
  "model": "llama-3.1-70b",
  "provider": "together-ai",
  "tags": {"feature": "translation", "customer": "acme"}
}')
# After (same event_id)
after=$(post '{
  "event_id": "550e8400-e29b-41d4-a716-446655440000",
  "event_type": "custom.inference.after",
  "model": "llama-3.1-70b",
  "elapsed_ms": 1230.5,
  "prompt_tokens": 412,
  "completion_tokens": 87,
  "tags": {"feature": "translation", "customer": "acme"}
}')
echo "{\"replies\": [$before, $after]}"
