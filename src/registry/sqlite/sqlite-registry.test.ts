import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeAudit } from '../audit.contract.ts';
import { describeDeadLetters } from '../dead-letters.contract.ts';
import { describeDeletions } from '../deletions.contract.ts';
import { describePrices } from '../prices.contract.ts';
import { describeRedaction } from '../redaction.contract.ts';
import { describeRegistry } from '../registry.contract.ts';
import { describeSampling } from '../sampling.contract.ts';
import { SqliteRegistry } from './sqlite-registry.ts';

for (const describeContract of [
  describeRegistry,
  describeSampling,
  describeRedaction,
  describePrices,
  describeDeadLetters,
  describeAudit,
  describeDeletions,
]) {
  describeContract('sqlite', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tributary-registry-'));
    return {
      open: () => SqliteRegistry.open(join(directory, 'registry.db')),
      dispose: () => rm(directory, { recursive: true }),
    };
  });
}
