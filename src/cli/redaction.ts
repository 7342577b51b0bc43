/** `tributary redaction`: what is taken out of requests before anything of them is kept. */

import { type Command, Option } from 'commander';
import type { RedactionRuleBody, RedactionTestBody } from '../query/redaction.ts';
import { RULE_ACTIONS, RULE_KINDS, type RuleAction, type RuleKind } from '../registry/redaction.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { shortTime } from './format.ts';
import { printList, single } from './print-list.ts';
import { visible, visibleJson } from './text.ts';

interface AddFlags extends JsonFlag {
  readonly field?: string;
  readonly builtIn?: string;
  readonly pattern?: string;
  readonly action?: RuleAction;
  readonly name?: string;
}

/** As the API takes a body. */
const SAMPLE_CHARS_MAX = 60_000;

export function addRedaction(program: Command, surroundings: Surroundings): void {
  const redaction = program
    .command('redaction')
    .description('rules for what is taken out of requests before anything of them is kept')
    .helpCommand(false);
  addList(redaction, surroundings);
  addAdd(redaction, surroundings);
  addRemove(redaction, surroundings);
  addTest(redaction, surroundings);
}

function addList(redaction: Command, surroundings: Surroundings): void {
  redaction
    .command('list', { isDefault: true })
    .description('list the rules of the project')
    .addOption(jsonOption('the rules as a JSON array'))
    .addHelpText('after', examples('redaction', 'redaction list --json'))
    .action(async ({ json }: JsonFlag, command: Command) => {
      const page = clientOf(command, surroundings).page<RedactionRuleBody>('/redaction-rules', {});
      await printList(surroundings.terminal, single(page), {
        isJson: json === true,
        empty: 'The project has no redaction rules: requests are kept as they come.',
        columns: [
          { title: 'name', cell: (rule) => rule.name },
          { title: 'kind', cell: (rule) => rule.kind },
          { title: 'target', cell: (rule) => rule.target, isFlexible: true },
          { title: 'action', cell: (rule) => rule.action },
          { title: 'created', cell: (rule) => shortTime(rule.createdAt), dropFirst: 1 },
          { title: 'rule id', cell: (rule) => rule.ruleId },
        ],
      });
    });
}

function addAdd(redaction: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  redaction
    .command('add')
    .description('add a rule; it counts for requests that arrive from then on')
    .option('--field <path>', 'the member at this path of an event: **.password, $.messages[*].content')
    .option('--built-in <name>', 'email, card, key, ipv4, ipv6, phone, iban or ssn, wherever it occurs')
    .option('--pattern <expression>', 'what matches this regular expression (RE2), wherever it occurs')
    .addOption(
      new Option(
        '--action <action>',
        'mask: [redacted:name]; hash: the same for equal values; drop (default: mask)',
      ).choices(RULE_ACTIONS),
    )
    .option('--name <name>', 'what stands in place of a value (default: taken from the target)')
    .addOption(jsonOption('the rule as JSON'))
    .addHelpText(
      'after',
      examples(
        'redaction add --built-in email --action hash',
        "redaction add --field '**.password'",
        "redaction add --pattern 'EMP-\\d{6}' --name employee",
      ),
    )
    .action(async ({ json, ...flags }: AddFlags, command: Command) => {
      const rule = { ...targetOf(flags), action: flags.action, name: flags.name };
      const client = clientOf(command, surroundings);
      const { body, text } = await client.post<RedactionRuleBody>('/redaction-rules', rule);
      if (json === true) return terminal.print(visibleJson(text));
      terminal.print(`The rule ${visible(body.name)} counts from now on.\n\n  rule id   ${visible(body.ruleId)}\n`);
      terminal.print('What was stored before stays as it is.');
    });
}

function targetOf({ field, builtIn, pattern }: AddFlags): { kind: RuleKind; target: string } {
  const targets: Record<RuleKind, string | undefined> = { field, 'built-in': builtIn, pattern };
  const given = RULE_KINDS.flatMap((kind) => {
    const target = targets[kind];
    return target === undefined ? [] : [{ kind, target }];
  });
  const [one, another] = given;
  if (one === undefined || another !== undefined)
    throw new CliError(EXIT.usage, 'Say what is taken out with one of --field, --built-in and --pattern.');
  return one;
}

function addRemove(redaction: Command, surroundings: Surroundings): void {
  redaction
    .command('remove')
    .description('remove a rule; requests that arrive from then on are kept as they come')
    .argument('<rule-id>', 'id of the rule, as in redaction list')
    .addOption(jsonOption('{"removed": true}'))
    .addHelpText('after', examples('redaction remove 3f2504e0-4f89-41d3-9a0c-0305e82c3301'))
    .action(async (id: string, { json }: JsonFlag, command: Command) => {
      const { text } = await clientOf(command, surroundings).delete(`/redaction-rules/${encodeURIComponent(id)}`);
      surroundings.terminal.print(json === true ? visibleJson(text) : `Rule ${visible(id)} is removed.`);
    });
}

function addTest(redaction: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  redaction
    .command('test')
    .description('show what the rules of the project leave of a sample; nothing of it is kept')
    .argument('[sample]', 'an event as JSON text, or any text; without it standard input is read')
    .addOption(jsonOption('the answer of the API'))
    .addHelpText(
      'after',
      examples('redaction test \'{"input":"write to ann@example.org"}\'', 'redaction test < event.json'),
    )
    .action(async (given: string | undefined, { json }: JsonFlag, command: Command) => {
      const sample = given ?? (await readSample(surroundings));
      const client = clientOf(command, surroundings);
      const { body, text } = await client.post<RedactionTestBody>('/redaction-rules/test', { sample });
      if (json === true) return terminal.print(visibleJson(text));
      terminal.print(body.text.split('\n').map(visible).join('\n'));
      const found = body.found.map(({ name, count }) => `${visible(name)} ${count}×`);
      terminal.note(found.length === 0 ? 'Nothing was found.' : `Found: ${found.join(', ')}.`);
    });
}

async function readSample({ input }: Surroundings): Promise<string> {
  let text = '';
  for await (const chunk of input.setEncoding('utf8')) {
    text += chunk;
    if (text.length > SAMPLE_CHARS_MAX)
      throw new CliError(EXIT.usage, `A sample may have at most ${SAMPLE_CHARS_MAX} characters.`);
  }
  return text;
}
