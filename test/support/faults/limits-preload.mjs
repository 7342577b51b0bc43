/** Other bounds than those of `limits.js`, so that a test reaches them without gigabytes. Runs in every thread. */

import { register } from 'node:module';

register('./limits-hook.mjs', import.meta.url, { data: JSON.parse(process.env.FAULTS_LIMITS ?? '{}') });
