import { Command } from 'commander';
import { version } from '../version.ts';
import { addSettings, serve } from './serve.ts';

export async function runCli(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('tributary').version(version);
  addSettings(program.command('serve').description('run the server')).action(async (flags) => {
    code = await serve(flags);
    process.exit(code);
  });
  await program.parseAsync([...args], { from: 'user' });
  return code;
}
