/** `tributary keys`: make, list and revoke keys, and take over those that clients already have. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import type { KeyBody } from '../query/projects.ts';
import { SCOPES, type Scope } from '../registry/registry.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { NOTHING, shortTime } from './format.ts';
import { printList, single } from './print-list.ts';
import { visible, visibleJson } from './text.ts';

type Key = z.infer<typeof KeyBody>;

interface ProjectFlag extends JsonFlag {
  readonly project?: string;
}
interface KeyFlags extends ProjectFlag {
  readonly scope?: Scope[];
  readonly name?: string;
}

/** As in the API. */
const SECRET_CHARS_MAX = 1024;
const PROJECT = 'the project, by id or name; another than the own one of the key needs the instance scope';

export function addKeys(program: Command, surroundings: Surroundings): void {
  const keys = program.command('keys').description('make, import, list and revoke keys').helpCommand(false);
  addCreate(keys, surroundings);
  addImport(keys, surroundings);
  addList(keys, surroundings);
  addRevoke(keys, surroundings);
}

function addCreate(keys: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  keys
    .command('create')
    .description('make a key')
    .argument('<name>', 'what the key is for')
    .addOption(scopeOption())
    .option('--project <project>', PROJECT)
    .addOption(jsonOption('the key as JSON; "secret" is what clients send'))
    .addHelpText('after', examples('keys create checkout', 'keys create dashboard --scope read --project shop'))
    .action(async (name: string, { scope, project, json }: KeyFlags, command: Command) => {
      const client = clientOf(command, surroundings);
      const { body, text } = await client.post<Key & { secret: string }>('/keys', { name, scopes: scope, project });
      if (json === true) return terminal.print(visibleJson(text));
      terminal.print(
        `Key ${visible(body.name)} was created, with the scopes ${body.scopes.map(visible).join(', ')}.\n`,
      );
      terminal.print(`  key id   ${visible(body.id)}\n  key      ${visible(body.secret)}\n`);
      terminal.print('The key is not shown again.');
    });
}

function addImport(keys: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  keys
    .command('import')
    .description("take over a vendor's key, so that clients keep the one they have")
    .argument('<secret>', 'the key; - reads it from standard input, so that it is not in the history of the shell')
    .option('--name <name>', 'what the key is for')
    .addOption(scopeOption())
    .option('--project <project>', PROJECT)
    .addOption(jsonOption('the key as JSON, without the secret'))
    .addHelpText(
      'after',
      examples('keys import - --name checkout < lunary-key.txt', 'keys import sk_live_123 --project shop'),
    )
    .action(async (given: string, { name, scope, project, json }: KeyFlags, command: Command) => {
      const client = clientOf(command, surroundings);
      const secret = given === '-' ? await readSecret(surroundings) : given;
      const { body, text } = await client.post<Key>('/keys/import', { secret, name, scopes: scope, project });
      if (json === true) return terminal.print(visibleJson(text));
      terminal.print(
        `The key was imported as ${visible(body.name)}, with the scopes ${body.scopes.map(visible).join(', ')}.`,
      );
      terminal.print(`\n  key id   ${visible(body.id)}`);
    });
}

async function readSecret({ terminal, input }: Surroundings): Promise<string> {
  if (input.isTTY) terminal.note('Type the key, then Enter and Ctrl-D.');
  let text = '';
  for await (const chunk of input.setEncoding('utf8')) {
    text += chunk;
    if (text.length > SECRET_CHARS_MAX) break;
  }
  const secret = text.trim();
  if (secret !== '' && secret.length <= SECRET_CHARS_MAX && !/\s/.test(secret)) return secret;
  throw new CliError(EXIT.usage, 'Standard input must hold the key and nothing else.');
}

function addList(keys: Command, surroundings: Surroundings): void {
  keys
    .command('list')
    .description('list the keys of a project, without their secrets')
    .option('--project <project>', PROJECT)
    .addOption(jsonOption('the keys as a JSON array'))
    .addHelpText('after', examples('keys list', 'keys list --project shop --json'))
    .action(async ({ project, json }: ProjectFlag, command: Command) => {
      const page = clientOf(command, surroundings).page<Key>('/keys', { project });
      await printList(surroundings.terminal, single(page), {
        isJson: json === true,
        empty: 'There are no keys.',
        columns: [
          { title: 'name', cell: (key) => key.name, isFlexible: true },
          { title: 'begins', cell: (key) => `${key.prefix}…`, dropFirst: 1 },
          { title: 'scopes', cell: (key) => key.scopes.join(' ') },
          { title: 'created', cell: (key) => shortTime(key.createdAt), dropFirst: 2 },
          {
            title: 'revoked',
            cell: (key) => (key.revokedAt === null ? NOTHING : shortTime(key.revokedAt)),
            style: (key) => (key.revokedAt === null ? undefined : 'red'),
          },
          { title: 'key id', cell: (key) => key.id },
        ],
      });
    });
}

function addRevoke(keys: Command, surroundings: Surroundings): void {
  keys
    .command('revoke')
    .description('revoke a key; it is refused from then on')
    .argument('<key-id>', 'id of the key, as in keys list')
    .option('--project <project>', PROJECT)
    .addOption(jsonOption('{"revoked": true}'))
    .addHelpText('after', examples('keys revoke 3f2504e0-4f89-41d3-9a0c-0305e82c3301'))
    .action(async (id: string, { project, json }: ProjectFlag, command: Command) => {
      const { text } = await clientOf(command, surroundings).delete(`/keys/${encodeURIComponent(id)}`, { project });
      surroundings.terminal.print(json === true ? visibleJson(text) : `Key ${visible(id)} is revoked.`);
    });
}

function scopeOption(): Option {
  return new Option('--scope <scope>', `may be repeated: ${SCOPES.join(', ')} (default: ingest and read)`).argParser(
    (text: string, before: readonly Scope[] | undefined) => {
      const scope = SCOPES.find((known) => known === text);
      if (scope === undefined) throw new InvalidArgumentError(`It must be one of ${SCOPES.join(', ')}.`);
      return [...(before ?? []), scope];
    },
  );
}
