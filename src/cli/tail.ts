/** `tributary tail`: events as they are stored, until Ctrl-C. Outlives restarts of the server. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { clientOf, dialectOption, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import type { Event } from './events.ts';
import { EXIT } from './exit.ts';
import { clockTime } from './format.ts';
import { type LiveEvent, LiveEvents } from './live-events.ts';
import { patiently } from './patience.ts';
import type { Terminal } from './terminal.ts';
import { cut, padEnd, visible, visibleJson, widthOf } from './text.ts';

interface TailFlags extends JsonFlag {
  readonly dialect?: string;
}

const INTERVAL_MS = 400;
const DIALECT_WIDTH = 8;
const TYPE_WIDTH = 28;
const NAME_CHARS_MAX = 200;

export function addTail(program: Command, surroundings: Surroundings): void {
  program
    .command('tail')
    .description('show new events as they are stored, until Ctrl-C')
    .addOption(dialectOption('only those of this vendor'))
    .addOption(jsonOption('a JSON object per line, with the payload as it was sent'))
    .addHelpText('after', examples('tail', 'tail --dialect lunary', "tail --json | jq -c '{type, traceId}'"))
    .action(async ({ dialect, json }: TailFlags, command: Command) => {
      const client = clientOf(command, surroundings);
      const { terminal } = surroundings;
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(EXIT.ok));
      const events = new LiveEvents((limit, after) => client.page<Event>('/events', { dialect, limit, after }));
      const show =
        json === true ? ({ text }: LiveEvent) => visibleJson(text) : ({ event }: LiveEvent) => line(terminal, event);
      await events.next(); // a server that is not there at the start is a mistake to report
      terminal.note(`Waiting for events at ${client.url}; Ctrl-C ends.`);
      for (;;) {
        await sleep(INTERVAL_MS);
        for (const found of await patiently(terminal, () => events.next())) terminal.print(show(found));
      }
    });
}

function line(terminal: Terminal, event: Event): string {
  const time = clockTime(event.receivedAt);
  const dialect = padEnd(visible(event.dialect), DIALECT_WIDTH);
  const type = padEnd(cut(visible(event.type), TYPE_WIDTH), TYPE_WIDTH);
  const start = `${time}  ${dialect}  ${type}  `;
  const name = nameIn(event.payload);
  const rest = visible(name === undefined ? event.traceId : `${name}  ${event.traceId}`);
  return `${terminal.paint('dim', time)}  ${terminal.paint('cyan', dialect)}  ${type}  ${cut(rest, Math.max(1, terminal.width - widthOf(start)))}`;
}

/** Most vendors call it so. */
function nameIn(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null || !('name' in payload)) return undefined;
  return typeof payload.name === 'string' && payload.name !== '' ? payload.name.slice(0, NAME_CHARS_MAX) : undefined;
}
