/** `tributary projects`: make projects and list them. */

import type { Command } from 'commander';
import type { z } from 'zod';
import type { ProjectBody } from '../query/projects.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { shortTime } from './format.ts';
import { printList, single } from './print-list.ts';
import { visible } from './text.ts';

type Project = z.infer<typeof ProjectBody>;

interface CreateFlags extends JsonFlag {
  readonly id?: string;
}

export function addProjects(program: Command, surroundings: Surroundings): void {
  const projects = program.command('projects').description('make projects and list them').helpCommand(false);
  const { terminal } = surroundings;

  projects
    .command('create')
    .description('make a project and its first key, which may send, read and administer')
    .argument('<name>', 'name of the project, not taken yet')
    .option('--id <uuid>', 'id of the project, when clients have one already (default: a new one)')
    .addOption(jsonOption('{"id": …, "key": …}'))
    .addHelpText('after', examples('projects create shop', 'projects create shop --json | jq -r .key'))
    .action(async (name: string, { id, json }: CreateFlags, command: Command) => {
      const { body } = await clientOf(command, surroundings).post<Project & { key: string }>('/projects', { name, id });
      if (json === true) return terminal.print(JSON.stringify({ id: body.id, key: body.key }));
      terminal.print(`Project ${visible(body.name)} was created.\n`);
      terminal.print(`  project id   ${visible(body.id)}\n  key          ${visible(body.key)}\n`);
      terminal.print('The key is not shown again.');
    });

  projects
    .command('list')
    .description('list the projects that the key may see')
    .addOption(jsonOption('the projects as a JSON array'))
    .addHelpText('after', examples('projects list', 'projects list --json'))
    .action(async (flags: JsonFlag, command: Command) => {
      const page = clientOf(command, surroundings).page<Project>('/projects', {});
      await printList(terminal, single(page), {
        isJson: flags.json === true,
        empty: 'There are no projects.',
        columns: [
          { title: 'name', cell: ({ name }) => name, isFlexible: true },
          { title: 'created', cell: ({ createdAt }) => shortTime(createdAt), dropFirst: 1 },
          { title: 'project id', cell: ({ id }) => id },
        ],
      });
    });
}
