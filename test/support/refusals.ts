/** What every refusal has in common, and how to see that it left nothing behind. */

import { expect } from 'vitest';
import type { FaultCode } from '../../src/faults.ts';
import { type Answer, send } from './http.ts';
import type { TestServer } from './server.ts';
import { readStored, type StoredEvent } from './stored.ts';
import type { Sender, Vendor } from './vendors.ts';

/** Traces of the program, its parts and its files. */
const INTERNALS =
  /node_modules|\/(?:src|dist|work|tmp)\/|\bat \S+ \(|DB::Exception|SQLITE|\bSELECT\b|Error: |ECONN|EPIPE|\[object /;

export function post(
  server: TestServer,
  vendor: Vendor,
  sender: Sender,
  body: string | Buffer | readonly Buffer[] | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(server.url, {
    path: vendor.path(sender),
    headers: { ...vendor.headers(sender.key), 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** The vendor's status and shape. `byField`: the answer says which field of which event is wrong. */
export function expectRefusal(vendor: Vendor, answer: Answer, fault: FaultCode, byField?: string): void {
  const body: unknown = JSON.parse(answer.text);
  expect([answer.status, body]).toEqual([
    vendor.status(fault),
    byField === undefined ? vendor.errorShape : vendor.fieldErrorShape,
  ]);
  if (byField !== undefined) expect(answer.text).toContain(byField);
  expect(answer.headers['x-tributary-receipt']).toBeUndefined();
  expectNoInternals(answer);
}

export function expectNoInternals(answer: Answer): void {
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.text).not.toMatch(INTERNALS);
}

/** Accepted as a whole, with a receipt. */
export function expectAccepted(vendor: Vendor, answer: Answer): void {
  expect([answer.status, answer.text]).toEqual([vendor.acceptedStatus, expect.not.stringContaining('"success":false')]);
  expect(answer.headers['x-tributary-receipt']).toBeDefined();
}

/** All events of the sender's project. */
export async function storedEvents(server: TestServer, sender: Sender): Promise<readonly StoredEvent[]> {
  await server.settle();
  const { events } = await readStored(server, sender.key, () => false);
  return events;
}
