/** The server did not do what the demo expects of it: the message is for the person who loads it. */
export class DemoError extends Error {}

/** Two times for the same ids would be joined into traces that last for days. */
export class OtherBaseTime extends DemoError {}
