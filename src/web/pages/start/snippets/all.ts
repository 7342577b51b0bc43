/** Every snippet, by vendor. The one that is shown first needs nothing but a shell. */

import { lunary } from './lunary.ts';
import type { Snippet, VendorSnippets } from './snippet.ts';
import { vellum } from './vellum.ts';
import { voker } from './voker.ts';
import { weflayr } from './weflayr.ts';
import { whyops } from './whyops.ts';

export const VENDORS: readonly VendorSnippets[] = [weflayr, lunary, vellum, voker, whyops];

const FIRST = 'weflayr-curl';

export interface Chosen {
  readonly dialect: string;
  readonly snippet: Snippet;
}

const ALL: readonly Chosen[] = VENDORS.flatMap(({ dialect, snippets }) =>
  snippets.map((snippet) => ({ dialect, snippet })),
);

/** Of the URL's `sdk`; the first one for a name that is none. */
export function chosenSnippet(id: string | undefined): Chosen {
  const found = ALL.find(({ snippet }) => snippet.id === id) ?? ALL.find(({ snippet }) => snippet.id === FIRST);
  if (found === undefined) throw new Error(`There is no snippet ${FIRST}`);
  return found;
}
