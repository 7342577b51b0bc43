/** The dialects that are spoken. Adding one is adding a folder and a line here. Weflayr is last: its route is a wildcard. */

import type { Dialect } from './dialect.ts';
import { lunary } from './lunary/lunary.ts';
import { vellum } from './vellum/vellum.ts';
import { voker } from './voker/voker.ts';
import { weflayr } from './weflayr/weflayr.ts';
import { whyops } from './whyops/whyops.ts';

export const dialects: readonly Dialect[] = [lunary, vellum, voker, whyops, weflayr];
