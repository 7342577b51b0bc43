/** The six bounds of a project or a key, and what somebody typed for them. */

import type { LimitsBody } from '../../../query/limits.ts';

export type BoundName = keyof LimitsBody['effective'];
export type SomeBounds = LimitsBody['own'];

export const BOUNDS: readonly (readonly [name: BoundName, label: string])[] = [
  ['requestsPerSecond', 'Requests per second'],
  ['requestBurst', 'Requests at once'],
  ['bytesPerSecond', 'Bytes per second'],
  ['bodyBytes', 'Bytes of one body'],
  ['eventsPerRequest', 'Events of one request'],
  ['requestsInFlight', 'Requests in flight'],
];

export type Typed = Readonly<Record<BoundName, string>>;

export function typedOf(own: SomeBounds): Typed {
  const text = (name: BoundName) => own[name]?.toString() ?? '';
  return {
    requestsPerSecond: text('requestsPerSecond'),
    requestBurst: text('requestBurst'),
    bytesPerSecond: text('bytesPerSecond'),
    bodyBytes: text('bodyBytes'),
    eventsPerRequest: text('eventsPerRequest'),
    requestsInFlight: text('requestsInFlight'),
  };
}

/** Empty fields are left to the level above. */
export function boundsOf(typed: Typed): SomeBounds {
  return Object.fromEntries(
    BOUNDS.flatMap(([name]) =>
      typed[name].trim() === '' ? [] : [[name, Number(typed[name].replaceAll(/[\s,_]/g, ''))]],
    ),
  );
}

export function boundError(text: string): string | undefined {
  const value = text.replaceAll(/[\s,_]/g, '');
  return value === '' || /^[1-9]\d{0,13}$/.test(value) ? undefined : 'a whole number above 0, or nothing';
}
