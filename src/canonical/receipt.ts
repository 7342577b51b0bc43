/**
 * A receipt names an accepted request: its position in the log, sealed with the project's id, so that a receipt of one
 * project means nothing in another and nothing has to be stored for it.
 */

import { derivedUuid, type ProjectId } from './ids.ts';

const SEAL_CHARS = 12;

function seal(projectId: ProjectId, position: number): string {
  return derivedUuid('receipt', projectId, String(position)).replaceAll('-', '').slice(0, SEAL_CHARS);
}

export function receiptOf(projectId: ProjectId, position: number): string {
  return `${position.toString(36)}-${seal(projectId, position)}`;
}

/** The position, or `undefined` for anything that is not a receipt of this project. */
export function readReceipt(projectId: ProjectId, receipt: string): number | undefined {
  const match = /^([0-9a-z]{1,11})-[0-9a-f]{12}$/.exec(receipt);
  if (match === null) return undefined;
  const position = Number.parseInt(match[1] ?? '', 36);
  // Leading zeros would be a second name.
  return Number.isSafeInteger(position) && receiptOf(projectId, position) === receipt ? position : undefined;
}
