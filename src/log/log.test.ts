import { describeLog } from './log.contract.ts';
import { MemoryLog, MemoryLogReader } from './memory-log.ts';

describeLog('memory', async () => {
  const log = new MemoryLog();
  return { open: async () => log, openReader: async () => new MemoryLogReader(log) };
});
