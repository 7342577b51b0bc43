/** A list of the API on the terminal: a table, or with `--json` one array with an element per line. */

import type { Page } from './client.ts';
import { type Column, Table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { visibleJson } from './text.ts';

export interface ListView<Item> {
  readonly isJson: boolean;
  readonly columns: readonly Column<Item>[];
  /** Said when there is nothing to show. */
  readonly empty: string;
}

/** Page by page, so that a long list needs no more memory than a page. */
export async function printList<Item>(
  terminal: Terminal,
  pages: AsyncIterable<Page<Item>>,
  { isJson, columns, empty }: ListView<Item>,
): Promise<void> {
  const table = new Table(terminal, columns);
  let printed = 0;
  let hasMore = false;
  for await (const { items, texts, nextCursor } of pages) {
    if (isJson)
      for (const [i, text] of texts.entries()) terminal.print(`${printed + i === 0 ? '[' : ','}${visibleJson(text)}`);
    else table.print(items);
    printed += items.length;
    hasMore = nextCursor !== null;
  }
  if (isJson) terminal.print(printed === 0 ? '[]' : ']');
  else if (printed === 0) terminal.note(empty);
  else if (hasMore && terminal.isInteractive) terminal.note('There are more: --limit shows as many as you want.');
}

/** A list that the API gives as a whole. */
export async function* single<Item>(page: Promise<Page<Item>>): AsyncGenerator<Page<Item>> {
  yield await page;
}
