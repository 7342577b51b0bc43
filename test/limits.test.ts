/** The page of limits names every bound there is. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as limits from '../src/limits.ts';

const page = readFileSync(new URL('../docs/guide/limits.md', import.meta.url), 'utf8');

it.each(Object.keys(limits))('%s is documented', (name) => expect(page).toContain(`\`${name}\``));
