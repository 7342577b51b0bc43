// Weflayr's "direct integration" with fetch: `post` and `track` are the vendor's sample, with the address from outside.
// WEFLAYR_INTAKE_URL, WEFLAYR_CLIENT_ID and WEFLAYR_CLIENT_SECRET say where the events go.

const INTAKE = process.env.WEFLAYR_INTAKE_URL;
const CLIENT_ID = process.env.WEFLAYR_CLIENT_ID;
const SECRET = process.env.WEFLAYR_CLIENT_SECRET;
const endpoint = `${INTAKE}/${CLIENT_ID}/`;
const headers = {
  Authorization: `Bearer ${SECRET}`,
  'Content-Type': 'application/json',
};

const replies = [];
// Fire-and-forget helper
const post = (body) =>
  fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) })
    .then(async (reply) => replies.push([reply.status, await reply.json()]))
    .catch(() => {});

async function track(model, fn, tags = {}) {
  const eventId = crypto.randomUUID();
  const base = { event_id: eventId, model, tags };
  void post({ ...base, event_type: 'my.call.before' });
  const start = performance.now();
  try {
    const result = await fn();
    const elapsed_ms = Math.round(performance.now() - start);
    void post({ ...base, event_type: 'my.call.after', elapsed_ms });
    return result;
  } catch (err) {
    const elapsed_ms = Math.round(performance.now() - start);
    void post({ ...base, event_type: 'my.call.error', elapsed_ms, error_type: err.name, error_message: err.message });
    throw err;
  }
}

const answer = await track('llama-3.1-70b', async () => 'It is sunny in Paris.', {
  customer: 'acme',
  user_id: 'user-1',
});
await track('llama-3.1-70b', async () => {
  throw new TypeError('no forecast today');
}).catch(() => {});

process.on('beforeExit', () => {
  if (replies.length > 0) console.log(JSON.stringify({ answer, replies: replies.splice(0) }));
});
