/** Members directly on an event that the protocols live by. Names are compared in lower case. */

/**
 * Field rules pass by these: without them there is no event, or nobody could say of which type and from when. Patterns
 * count in them as everywhere.
 */
const STRUCTURAL: ReadonlySet<string> = new Set([
  ...['events', 'type', 'event', 'eventtype', 'event_type', 'event_name', 'timestamp', 'api_version'],
  ...['fingerprint_id', 'body', 'properties', 'parent', 'stepid', 'parentstepid'],
]);

/** What is redacted here becomes a hash, whatever the rule says: different ids stay different, equal ones are found. */
const IDS: ReadonlySet<string> = new Set([
  ...['id', 'trace_id', 'traceid', 'span_id', 'spanid', 'parent_id', 'parentid', 'parentspanid', 'parent_span_id'],
  ...['event_id', 'eventid', 'runid', 'run_id', 'parentrunid', 'parent_run_id', 'messageid', 'message_id'],
  ...['userid', 'user_id', 'user', 'externaluserid', 'external_user_id', 'external_id', 'person', 'person_id'],
  ...['personid', 'sessionid', 'session_id', 'session', 'threadid', 'thread_id', 'conversation_id', 'conversationid'],
  ...['idempotencykey', 'idempotency_key', 'idempotency-key', 'x-trace-id', 'x-span-id', 'x-user-id', 'x-session-id'],
  ...['x-thread-id', 'agent', 'agent_name', 'agentname', 'clientid', 'name', 'agent_version', 'agentversion'],
]);

export const isStructural = (name: string): boolean => STRUCTURAL.has(name.toLowerCase());
export const isId = (name: string): boolean => IDS.has(name.toLowerCase());
