/** `tributary prices`: what models cost, and the prices that a project sets itself. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OwnPriceBody, PriceAnswer, PriceBody } from '../query/prices.ts';
import { clientOf, examples, type JsonFlag, jsonOption, readMoment, type Surroundings } from './command.ts';
import { NOTHING, shortTime } from './format.ts';
import { printList, single } from './print-list.ts';
import { type Column, Table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { visible, visibleJson } from './text.ts';

interface ShowFlags extends JsonFlag {
  readonly model?: string;
  readonly provider?: string;
  readonly at?: string;
}
interface SetFlags extends JsonFlag {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly provider?: string;
  readonly from?: string;
}

/** As in the API. */
const USD_MAX = 1_000_000;

export function addPrices(program: Command, surroundings: Surroundings): void {
  const prices = program
    .command('prices')
    .description('show what a model costs, or the own prices of the project; set and remove them')
    .helpCommand(false)
    .addHelpText('after', examples('prices', 'prices --model gpt-4o', 'prices set our-model --input 0.5 --output 1.5'));
  addShow(prices, surroundings);
  addSet(prices, surroundings);
  addRemove(prices, surroundings);
}

function addShow(prices: Command, surroundings: Surroundings): void {
  prices
    .command('show', { isDefault: true })
    .description('what a model costs, and why; without --model, the own prices of the project')
    .option('--model <name>', 'the model')
    .option('--provider <name>', 'when called at this provider')
    .option('--at <time>', 'at this time: ISO-8601, or an age like 7d (default: now)', readMoment)
    .addOption(jsonOption('the answer of the API; without --model an array'))
    .addHelpText('after', examples('prices', 'prices --model gpt-4o', 'prices --model o3 --at 2025-06-01'))
    .action(async (flags: ShowFlags, command: Command) => {
      await (flags.model === undefined ? listOwn(flags, command, surroundings) : show(flags, command, surroundings));
    });
}

async function listOwn({ json }: ShowFlags, command: Command, surroundings: Surroundings): Promise<void> {
  const page = clientOf(command, surroundings).page<OwnPriceBody>('/prices/own', {});
  await printList(surroundings.terminal, single(page), {
    isJson: json === true,
    empty: 'The project has no prices of its own: calls have the published ones.',
    columns: [
      { title: 'model', cell: (price) => price.model, isFlexible: true },
      { title: 'provider', cell: (price) => price.provider ?? NOTHING, dropFirst: 2 },
      { title: 'from', cell: (price) => (price.from === null ? 'always' : shortTime(price.from)) },
      { title: 'input', cell: (price) => usd(price.inputUsdPerMillion), align: 'right' },
      { title: 'output', cell: (price) => usd(price.outputUsdPerMillion), align: 'right' },
      { title: 'cache read', cell: (price) => usd(price.cacheReadUsdPerMillion), align: 'right', dropFirst: 3 },
      { title: 'cache write', cell: (price) => usd(price.cacheWriteUsdPerMillion), align: 'right', dropFirst: 1 },
      { title: 'price id', cell: (price) => price.priceId },
    ],
  });
}

async function show(flags: ShowFlags, command: Command, surroundings: Surroundings): Promise<void> {
  const { terminal } = surroundings;
  const { model, provider, at, json } = flags;
  const { body, text } = await clientOf(command, surroundings).get<PriceAnswer>('/prices', { model, provider, at });
  if (json === true) return terminal.print(visibleJson(text));
  const { price } = body;
  if (price === null) return terminal.print(`${visible(body.model)}: no price is known. "prices set" gives it one.`);
  terminal.print(`${terminal.paint('bold', visible(body.model))}: ${reason(price)}.\n`);
  new Table<Row>(terminal, COLUMNS).print(rowsOf(price));
  const earlier = body.published.filter((other) => other.priceId !== price.priceId);
  if (earlier.length > 0) printOthers(terminal, earlier);
}

function reason(price: PriceBody): string {
  const since = price.from === null ? '' : `, for calls from ${visible(price.from.slice(0, 10))} on`;
  const name = visible(price.model);
  if (price.source === 'own') return `a price of this project, set for ${name}${since}`;
  const [url] = price.urls;
  const where = url === undefined ? '' : ` (${visible(url)})`;
  return `the published price of ${visible(price.provider ?? '')} for ${name}${since}${where}`;
}

interface Row {
  readonly prompt: string;
  readonly usdPerMillion: PriceBody['usdPerMillion'];
}

const amount = (title: string, part: keyof Row['usdPerMillion']): Column<Row> => ({
  title,
  cell: (row) => usd(row.usdPerMillion[part]),
  align: 'right',
});
const COLUMNS: readonly Column<Row>[] = [
  { title: 'dollars per million tokens', cell: (row) => row.prompt, isFlexible: true },
  amount('input', 'input'),
  amount('output', 'output'),
  amount('cache read', 'cacheRead'),
  amount('cache write', 'cacheWrite'),
  { ...amount('for 1 h', 'cacheWrite1h'), dropFirst: 3 },
  { ...amount('audio in', 'audioInput'), dropFirst: 1 },
  { ...amount('audio out', 'audioOutput'), dropFirst: 2 },
];

function rowsOf(price: PriceBody): Row[] {
  const prompt = price.tiers.length === 0 ? 'every call' : 'shorter prompts';
  return [
    { prompt, usdPerMillion: price.usdPerMillion },
    ...price.tiers.map((tier) => ({
      prompt: `prompts over ${tier.promptTokensOver} tokens`,
      usdPerMillion: tier.usdPerMillion,
    })),
  ];
}

function printOthers(terminal: Terminal, others: readonly PriceBody[]): void {
  terminal.print('\nPublished for other times:');
  for (const { from, usdPerMillion } of others) {
    const since = from === null ? 'before' : `from ${visible(from.slice(0, 10))}`;
    terminal.print(`  ${since}: input ${usd(usdPerMillion.input)}, output ${usd(usdPerMillion.output)}`);
  }
}

function addSet(prices: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  prices
    .command('set')
    .description('set the price of a model, in dollars per million tokens; calls that arrive from now on have it')
    .argument('<model>', 'name of the model, or its beginning and *')
    .addOption(new Option('--input <usd>', 'of the prompt').argParser(readUsd).makeOptionMandatory())
    .addOption(new Option('--output <usd>', 'of the answer').argParser(readUsd).makeOptionMandatory())
    .option('--cache-read <usd>', 'of the prompt that was read from a cache (default: as input)', readUsd)
    .option('--cache-write <usd>', 'of the prompt that was written to a cache (default: as input)', readUsd)
    .option('--provider <name>', 'only of calls at this provider')
    .option('--from <time>', 'only of calls from then on: ISO-8601, or an age like 7d', readMoment)
    .addOption(jsonOption('the price as JSON'))
    .addHelpText(
      'after',
      examples('prices set our-model --input 0.5 --output 1.5', "prices set 'llama-*' --input 0 --output 0"),
    )
    .action(async (model: string, flags: SetFlags, command: Command) => {
      const { body, text } = await clientOf(command, surroundings).put<OwnPriceBody>('/prices/own', {
        model,
        provider: flags.provider,
        from: flags.from,
        inputUsdPerMillion: flags.input,
        outputUsdPerMillion: flags.output,
        cacheReadUsdPerMillion: flags.cacheRead,
        cacheWriteUsdPerMillion: flags.cacheWrite,
      });
      if (flags.json === true) return terminal.print(visibleJson(text));
      terminal.print(`The price of ${visible(body.model)} is set.\n\n  price id   ${visible(body.priceId)}\n`);
      terminal.print('Calls that arrive from now on have it. "tributary reprice" gives it to past ones.');
    });
}

function addRemove(prices: Command, surroundings: Surroundings): void {
  prices
    .command('remove')
    .description('remove an own price; past calls keep it until "reprice"')
    .argument('<price-id>', 'id of the price, as in prices')
    .addOption(jsonOption('{"removed": true}'))
    .addHelpText('after', examples('prices remove 3f2504e0-4f89-41d3-9a0c-0305e82c3301'))
    .action(async (id: string, { json }: JsonFlag, command: Command) => {
      const { text } = await clientOf(command, surroundings).delete(`/prices/own/${encodeURIComponent(id)}`);
      surroundings.terminal.print(json === true ? visibleJson(text) : `Price ${visible(id)} is removed.`);
    });
}

function readUsd(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= USD_MAX) return value;
  throw new InvalidArgumentError('It must be an amount in dollars, like 0.15.');
}

/** `$2.50`, `$0.0028`: at least cents, at most what a token can cost. */
function usd(value: number | null): string {
  if (value === null) return NOTHING;
  return `$${value.toFixed(6).replace(/0{1,4}$/, '')}`;
}
