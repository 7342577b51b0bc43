/** `tributary receipt`: where an accepted request is now. */

import type { Command } from 'commander';
import type { z } from 'zod';
import type { ReceiptBody } from '../query/get-receipt.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import type { Style } from './terminal.ts';
import { visible, visibleJson } from './text.ts';

type Receipt = z.infer<typeof ReceiptBody>;

const MEANINGS: Readonly<Record<Receipt['status'], { words: string; style: Style }>> = {
  logged: { words: 'on disk, not to be seen in queries yet', style: 'yellow' },
  stored: { words: 'to be seen in queries', style: 'green' },
  'dead-letter': { words: 'kept, but it could not be stored', style: 'red' },
  discarded: { words: 'could not be stored, and was given up', style: 'red' },
};

export function addReceipt(program: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  program
    .command('receipt')
    .description('show where an accepted request is now')
    .argument('<receipt>', 'header x-tributary-receipt of the answer to the request')
    .addOption(jsonOption('the receipt as JSON'))
    .addHelpText('after', examples('receipt 1a-0c9f3e21b7d4'))
    .action(async (receipt: string, flags: JsonFlag, command: Command) => {
      const path = `/receipts/${encodeURIComponent(receipt)}`;
      const { body, text } = await clientOf(command, surroundings).get<Receipt>(path);
      if (flags.json === true) return terminal.print(visibleJson(text));
      const { words, style } = MEANINGS[body.status];
      const reason = body.reason === undefined ? '' : ` (${visible(body.reason)})`;
      terminal.print(`${terminal.paint(style, body.status)}: ${words}${reason}`);
    });
}
