import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RegistryUnavailable } from '../registry/unavailable.ts';
import { StoreError } from '../store/store.ts';
import { silentTelemetry } from '../telemetry/telemetry.ts';
import { refusalOf } from './refusal.ts';
import { retriedForever } from './retried.ts';

const DATA = 117;
const UNHEARD_OF = 722;
const refusing = (code: number | undefined) => new StoreError(`Code: ${code}.`, code, undefined);
const MINUTE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A store that is away until a moment, and after it takes everything or refuses one action for good. */
function store(awayMs: number, code: number | undefined, poison?: number) {
  const backAt = performance.now() + awayMs;
  const away = async () => {
    if (performance.now() < backAt) throw refusing(code);
  };
  return {
    probe: away,
    action: async () => {
      await away();
      if (poison !== undefined) throw refusing(poison);
    },
  };
}

async function outcome(of: ReturnType<typeof store>): Promise<number | undefined | 'written'> {
  const refusal = refusalOf(of.action, of.probe, silentTelemetry);
  await vi.advanceTimersByTimeAsync(30 * MINUTE_MS);
  return (await refusal)?.code ?? 'written';
}

it.each([undefined, DATA, UNHEARD_OF, 243, 210])('an outage with code %s condemns nothing', async (code) => {
  expect(await outcome(store(10 * MINUTE_MS, code))).toBe('written');
});

it.each([
  [DATA, 0],
  [UNHEARD_OF, 0],
  [DATA, 10 * MINUTE_MS],
  [UNHEARD_OF, 10 * MINUTE_MS],
])('a record that only it refuses, with code %s, is condemned, also after an outage of %d ms', async (code, awayMs) => {
  expect(await outcome(store(awayMs, UNHEARD_OF, code))).toBe(code);
});

it('what is no matter of the store is thrown at once', async () => {
  const mistake = new TypeError('a mistake');
  const action = () => Promise.reject(mistake);
  await expect(refusalOf(action, async () => undefined, silentTelemetry)).rejects.toBe(mistake);
});

it('what cannot be given up is repeated until it is done, also by the registry', async () => {
  let calls = 0;
  const done = retriedForever(async () => {
    calls += 1;
    if (calls <= 100) throw calls % 2 === 0 ? refusing(DATA) : new RegistryUnavailable('full');
    return calls;
  }, silentTelemetry);
  await vi.advanceTimersByTimeAsync(30 * MINUTE_MS);
  expect(await done).toBe(101);
});
