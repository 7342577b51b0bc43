/** `tributary dead-letters`: what was accepted and could not be stored: list, look, try again, give up. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DeadLetterBody, ShownDeadLetterBody } from '../query/dead-letters.ts';
import { DEAD_LETTER_STATES } from '../registry/dead-letters.ts';
import type { Client } from './client.ts';
import {
  clientOf,
  dialectOption,
  examples,
  type JsonFlag,
  jsonOption,
  type ListFlags,
  readCount,
  type Surroundings,
} from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { fullTime, NOTHING, shortTime } from './format.ts';
import { printList } from './print-list.ts';
import type { Column } from './table.ts';
import type { Style, Terminal } from './terminal.ts';
import { visible, visibleJson } from './text.ts';

interface Filter {
  readonly dialect?: string;
  readonly reason?: string;
}
interface ListOptions extends ListFlags, Filter {
  readonly state?: string;
}
interface ManyFlags extends JsonFlag, Filter {
  readonly all?: true;
  readonly note?: string;
}

/** Of the body, on a terminal that a person reads. */
const SHOWN_BODY_BYTES = 20 * 1024 * 1024;
const STYLES: Readonly<Record<DeadLetterBody['state'], Style>> = { dead: 'red', retrying: 'yellow', discarded: 'dim' };
const COLUMNS: readonly Column<DeadLetterBody>[] = [
  { title: 'letter', cell: ({ position }) => String(position), align: 'right' },
  { title: 'since', cell: ({ createdAt }) => shortTime(createdAt) },
  { title: 'state', cell: ({ state }) => state, style: ({ state }) => STYLES[state] },
  { title: 'route', cell: ({ route }) => route || NOTHING, dropFirst: 2 },
  { title: 'events', cell: ({ events }) => (events === null ? NOTHING : String(events)), align: 'right', dropFirst: 1 },
  { title: 'reason', cell: ({ reason }) => reason, isFlexible: true },
];
const LETTER = 'the letter as in dead-letters list, or the receipt of the request';

export function addDeadLetters(program: Command, surroundings: Surroundings): void {
  const letters = program
    .command('dead-letters')
    .description('list, show, retry and discard accepted requests that could not be stored')
    .helpCommand(false);
  addList(letters, surroundings);
  addShow(letters, surroundings);
  addRetry(letters, surroundings);
  addDiscard(letters, surroundings);
}

function addList(letters: Command, surroundings: Surroundings): void {
  withFilter(letters.command('list').description('list dead letters, the latest first'))
    .addOption(new Option('--state <state>', 'in this state').choices(DEAD_LETTER_STATES))
    .addOption(new Option('--limit <count>', 'how many').argParser(readCount).default(50))
    .addOption(jsonOption('the letters as a JSON array, one per line'))
    .addHelpText('after', examples('dead-letters list', "dead-letters list --state dead --reason 'cannot parse'"))
    .action(async ({ limit, json, dialect, reason, state }: ListOptions, command: Command) => {
      const query = { dialect, reason, state };
      const pages = clientOf(command, surroundings).pages<DeadLetterBody>('/dead-letters', query, limit);
      const view = { isJson: json === true, empty: 'There are no dead letters.', columns: COLUMNS };
      await printList(surroundings.terminal, pages, view);
    });
}

function addShow(letters: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  letters
    .command('show')
    .description('show a dead letter with its request, secrets masked')
    .argument('<letter>', LETTER, readLetter)
    .addOption(jsonOption('the letter as JSON; "body" is as it came'))
    .addHelpText('after', examples('dead-letters show 1274', 'dead-letters show 1274 --json | jq -r .body.data'))
    .action(async (position: number, { json }: JsonFlag, command: Command) => {
      const path = `/dead-letters/${position}`;
      const answer = await clientOf(command, surroundings).get<ShownDeadLetterBody>(path, {
        bodyBytes: SHOWN_BODY_BYTES,
      });
      if (json === true) terminal.print(visibleJson(answer.text));
      else printLetter(terminal, answer.body);
    });
}

function printLetter(terminal: Terminal, letter: ShownDeadLetterBody): void {
  const { state, request, body, discarded } = letter;
  const lines: (readonly [string, string])[] = [
    ['letter', String(letter.position)],
    ['receipt', letter.receipt ?? NOTHING],
    ['state', state],
    ['reason', letter.reason],
    ['route', letter.route || NOTHING],
    ['since', fullTime(letter.createdAt)],
    [
      'retries',
      letter.retriedAt === null ? '0' : `${letter.failedRetries} failed, the last of ${fullTime(letter.retriedAt)}`,
    ],
  ];
  if (discarded !== null)
    lines.push(['discarded', `${fullTime(discarded.at)} by ${discarded.keyName}`], ['note', discarded.note || NOTHING]);
  if (request !== null) {
    lines.push(['arrived', request.receivedAt === null ? NOTHING : fullTime(request.receivedAt)]);
    lines.push(['client', request.userAgent || NOTHING]);
    for (const [what, values] of [
      ['path', request.params],
      ['query', request.query],
      ['header', request.headers],
    ] as const)
      for (const [name, value] of Object.entries(values)) lines.push([what, `${name}: ${value}`]);
  }
  for (const [name, value] of lines) terminal.print(`  ${name.padEnd(10)} ${visible(value)}`);
  if (body === null) return;
  terminal.print(`\n  body, ${letter.bodyBytes} bytes${body.encoding === 'base64' ? ', in base64' : ''}:\n`);
  terminal.print(visible(body.data));
}

function addRetry(letters: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  withFilter(letters.command('retry').description('try to store dead letters again'))
    .argument('[letter]', LETTER, readLetter)
    .option('--all', 'all of the project')
    .addOption(jsonOption('what was done, as JSON'))
    .addHelpText('after', examples('dead-letters retry 1274', "dead-letters retry --reason 'cannot parse'"))
    .action(async (position: number | undefined, flags: ManyFlags, command: Command) => {
      const client = clientOf(command, surroundings);
      const which = chosen(position, flags);
      if (typeof which === 'number') {
        const { text } = await client.post(`/dead-letters/${which}/retry`, undefined);
        terminal.print(flags.json === true ? visibleJson(text) : `Letter ${which} is in the log again.`);
        return;
      }
      const done = await inPages(client, '/dead-letters/retry', which, ['retried', 'skipped']);
      if (flags.json === true) return terminal.print(JSON.stringify(done));
      terminal.print(`${done.retried} letters are in the log again.`);
      if (done.skipped !== 0) terminal.print(`${done.skipped} do not say whose they are; they can only be discarded.`);
    });
}

function addDiscard(letters: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  withFilter(letters.command('discard').description('give dead letters up; the requests are deleted'))
    .argument('[letter]', LETTER, readLetter)
    .option('--all', 'all of the project')
    .option('--note <text>', 'why; it is kept')
    .addOption(jsonOption('what was done, as JSON'))
    .addHelpText(
      'after',
      examples("dead-letters discard 1274 --note 'load test'", 'dead-letters discard --dialect voker'),
    )
    .action(async (position: number | undefined, flags: ManyFlags, command: Command) => {
      const client = clientOf(command, surroundings);
      const which = chosen(position, flags);
      const { note } = flags;
      if (typeof which === 'number') {
        const { text } = await client.post(`/dead-letters/${which}/discard`, { note });
        terminal.print(flags.json === true ? visibleJson(text) : `Letter ${which} is discarded.`);
        return;
      }
      const done = await inPages(client, '/dead-letters/discard', { ...which, note }, ['discarded']);
      terminal.print(flags.json === true ? JSON.stringify(done) : `${done.discarded} letters are discarded.`);
    });
}

/** One letter, or what names many. Nothing at all is a mistake, not everything. */
function chosen(position: number | undefined, { all, dialect, reason }: ManyFlags): number | object {
  const isMany = all === true || dialect !== undefined || reason !== undefined;
  if (position !== undefined && !isMany) return position;
  if (position === undefined && isMany) return { all, dialect, reason };
  throw new CliError(EXIT.usage, 'Name one letter, or which ones with --dialect, --reason or --all.');
}

/** The API does a thousand at once. Adds up what it counts. */
async function inPages<Name extends string>(
  client: Client,
  path: string,
  which: object,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const sums = new Map<Name, number>(names.map((name) => [name, 0]));
  let cursor: string | null | undefined;
  do {
    const given = cursor === undefined ? which : { ...which, cursor };
    const { body } = await client.post<Record<Name, number> & { nextCursor: string | null }>(path, given);
    for (const name of names) sums.set(name, (sums.get(name) ?? 0) + body[name]);
    cursor = body.nextCursor;
  } while (cursor !== null);
  // `fromEntries` forgets the keys; they are the names.
  return Object.fromEntries(sums) as Record<Name, number>;
}

function withFilter(command: Command): Command {
  return command.addOption(dialectOption('of this vendor')).option('--reason <text>', 'with this text in the reason');
}

/** A receipt begins with the position, see canonical/receipt.ts. */
function readLetter(text: string): number {
  const receipt = /^([0-9a-z]{1,11})-[0-9a-f]{12}$/.exec(text)?.[1];
  const position = receipt === undefined ? Number(text) : Number.parseInt(receipt, 36);
  if (Number.isSafeInteger(position) && position >= 0 && (receipt !== undefined || /^\d+$/.test(text))) return position;
  throw new InvalidArgumentError('It must be a number, or a receipt.');
}
