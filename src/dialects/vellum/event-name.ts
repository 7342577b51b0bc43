/** The 14 event names of the API (docs/dialects/vellum.md): what ran, and what happened to it. */

export type Subject = 'workflow' | 'node';
export type Phase = 'initiated' | 'streaming' | 'fulfilled' | 'rejected' | 'paused' | 'resumed' | 'snapshotted' | 'log';

export interface EventName {
  readonly subject: Subject;
  readonly phase: Phase;
}

const PHASES: Record<Subject, readonly Phase[]> = {
  workflow: ['initiated', 'streaming', 'fulfilled', 'rejected', 'paused', 'resumed', 'snapshotted'],
  node: ['initiated', 'streaming', 'fulfilled', 'rejected', 'paused', 'resumed', 'log'],
};

function namesOf(subject: Subject): (readonly [string, EventName])[] {
  return PHASES[subject].map((phase) => [`${subject}.execution.${phase}`, { subject, phase }] as const);
}

const NAMES: ReadonlyMap<string, EventName> = new Map([...namesOf('workflow'), ...namesOf('node')]);

/** `undefined` for a name that the API does not list; such events are kept, not refused (`protocols/vellum.md` 10, 13). */
export function readEventName(name: string): EventName | undefined {
  return NAMES.get(name);
}

/** The body field that says which class ran: `workflow_definition` or `node_definition`. */
export function definitionField(subject: Subject): string {
  return `${subject}_definition`;
}
