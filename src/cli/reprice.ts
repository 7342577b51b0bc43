/** `tributary reprice`: gives past calls today's prices, and shows how far it is. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RepricingBody } from '../query/repricings.ts';
import { clientOf, examples, type JsonFlag, jsonOption, readMoment, type Surroundings } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { patiently } from './patience.ts';
import { visible, visibleJson } from './text.ts';

interface RepriceFlags extends JsonFlag {
  readonly from?: string;
  readonly to?: string;
}

const INTERVAL_MS = 500;

export function addReprice(program: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  program
    .command('reprice')
    .description("give past calls today's prices; Ctrl-C ends the waiting, not the work")
    .option('--from <time>', 'calls that started at or after: ISO-8601, or an age like 15m, 2h, 7d', readMoment)
    .option('--to <time>', 'calls that started before', readMoment)
    .addOption(jsonOption('how it ended, as JSON'))
    .addHelpText('after', examples('reprice', 'reprice --from 30d', 'reprice --from 2026-01-01 --to 2026-02-01'))
    .action(async ({ from, to, json }: RepriceFlags, command: Command) => {
      const client = clientOf(command, surroundings);
      let { body: job, text } = await client.post<RepricingBody>('/repricings', { from, to });
      for (let said = ''; job.state === 'running'; ) {
        const progress = progressOf(job);
        if (progress !== said) terminal.note(progress);
        said = progress;
        await sleep(INTERVAL_MS);
        const path = `/repricings/${encodeURIComponent(job.repricingId)}`;
        ({ body: job, text } = await patiently(terminal, () => client.get<RepricingBody>(path)));
      }
      if (json === true) terminal.print(visibleJson(text));
      if (job.state === 'failed')
        throw new CliError(
          EXIT.serverFailed,
          `The re-pricing failed after ${job.spansSeen} calls (${visible(job.reason ?? 'no reason given')}): start it again.`,
        );
      if (json !== true) terminal.print(`${job.spansChanged} of ${job.spansSeen} calls got another price.`);
    });
}

function progressOf({ spansSeen, spansTotal, spansChanged }: RepricingBody): string {
  return spansTotal === 0 ? 'It has begun.' : `${spansSeen} of ${spansTotal} calls, ${spansChanged} changed.`;
}
