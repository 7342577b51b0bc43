/** `tributary trace`: one trace as a tree of its spans. */

import type { Command } from 'commander';
import type { z } from 'zod';
import type { TraceDetail } from '../query/get-trace.ts';
import type { SpanBody } from '../query/span-body.ts';
import type { TraceSummary } from '../query/trace-summary.ts';
import { clientOf, dialectOption, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { duration, fullTime, statusStyle, tokens, usd } from './format.ts';
import type { Terminal } from './terminal.ts';
import { cut, padEnd, visible, visibleJson, widthOf, wrap } from './text.ts';
import { type Branch, branches } from './tree.ts';

interface TraceFlags extends JsonFlag {
  readonly dialect?: string;
  readonly full?: true;
}

const NAME_MIN = 12;
const VALUE_MIN = 20;
const VALUE_WIDTH = 100;
/** Of an input or output, with --full. */
const VALUE_LINES_MAX = 12;
const VALUE_CHARS_MAX = 4000;

export function addTrace(program: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  program
    .command('trace')
    .description('show a trace as a tree of its spans')
    .argument('<trace-id>', 'id of the trace, as in traces')
    .addOption(dialectOption('which one, when two vendors used the same id'))
    .option('--full', 'with inputs and outputs, shortened')
    .addOption(jsonOption('the trace and its spans, complete, as JSON'))
    .addHelpText('after', examples('trace 8f14e45f', 'trace 8f14e45f --full', 'trace 8f14e45f --json | jq .spans'))
    .action(async (traceId: string, { dialect, full, json }: TraceFlags, command: Command) => {
      const path = `/traces/${encodeURIComponent(traceId)}`;
      const { body, text } = await clientOf(command, surroundings).get<z.infer<typeof TraceDetail>>(path, { dialect });
      if (json === true) return terminal.print(visibleJson(text));
      printFacts(terminal, body.trace);
      for (const branch of branches(body.spans)) printBranch(terminal, branch, full === true);
      const missing = body.trace.spanCount - body.spans.length;
      if (missing > 0) terminal.note(`${missing} more spans are not shown: the trace is too large.`);
    });
}

function printFacts(terminal: Terminal, trace: TraceSummary): void {
  const errors = trace.errorCount === 0 ? '' : `, ${trace.errorCount} with errors`;
  const facts: [name: string, value: string | null][] = [
    ['trace', trace.traceId],
    ['name', trace.name],
    ['dialect', trace.dialect],
    ['status', trace.status],
    ['start', fullTime(trace.startTime)],
    ['duration', duration(trace.durationMs)],
    ['spans', `${trace.spanCount}${errors}`],
    ['tokens', tokens(trace.usage)],
    ['cost', trace.costUsd === null ? null : usd(trace.costUsd)],
    ['user', trace.userId],
    ['session', trace.sessionId],
    ['agent', trace.agentName],
    ['environment', trace.environment],
    ['tags', trace.tags.join(', ')],
  ];
  for (const [name, value] of facts) {
    if (value === null || value === '') continue;
    const style = name === 'status' ? statusStyle(value) : name === 'trace' ? 'bold' : undefined;
    // The id is never cut, it is there to be copied.
    const shown = name === 'trace' ? visible(value) : cut(visible(value), terminal.width - LABEL_WIDTH);
    terminal.print(terminal.paint('dim', padEnd(name, LABEL_WIDTH)) + terminal.paint(style, shown));
  }
  terminal.print('');
}

const LABEL_WIDTH = 13;

function printBranch(terminal: Terminal, branch: Branch<SpanBody>, isFull: boolean): void {
  const { span, prefix, continuation, isOrphan } = branch;
  const model = span.model === null ? [] : [visible(span.model)];
  const used = span.usage === null ? '' : tokens(span.usage);
  const facts = [
    visible(span.kind ?? 'span'),
    ...model,
    duration(span.durationMs),
    ...(used === '' ? [] : [used]),
    ...(span.costUsd === null ? [] : [usd(span.costUsd)]),
  ].join(' · ');
  const status = ` ${visible(span.status)}`;
  const room = terminal.width - widthOf(prefix) - widthOf(status) - 2;
  const name = cut(visible(span.name ?? span.spanId), Math.max(NAME_MIN, room - widthOf(facts)));
  const tail = cut(facts, Math.max(NAME_MIN, room - widthOf(name)));
  terminal.print(
    terminal.paint('dim', prefix) +
      terminal.paint('bold', name) +
      terminal.paint('dim', `  ${tail}`) +
      terminal.paint(statusStyle(span.status), status),
  );
  const below = (line: string) => terminal.print(terminal.paint('dim', continuation) + line);
  if (isOrphan) {
    const text = `its parent ${visible(span.parentSpanId ?? '')} is not in the trace`;
    below(terminal.paint('yellow', cut(text, roomBeside(terminal, continuation))));
  }
  if (span.error !== null) below(terminal.paint('red', cut(errorLine(span.error), roomBeside(terminal, continuation))));
  if (isFull) for (const line of values(span, roomBeside(terminal, continuation))) below(line);
}

function roomBeside(terminal: Terminal, prefix: string): number {
  return Math.max(VALUE_MIN, terminal.width - widthOf(prefix));
}

function errorLine({ type, code, message }: NonNullable<SpanBody['error']>): string {
  const parts = [type, code, message].filter((part) => part !== undefined && part !== '');
  return visible(parts.length === 0 ? 'failed' : parts.join(': '));
}

function* values(span: SpanBody, room: number): Generator<string> {
  for (const [label, value] of [
    ['input ', span.input],
    ['output', span.output],
  ] as const) {
    if (value === null || value === undefined) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const lines = wrap(text.slice(0, VALUE_CHARS_MAX), Math.min(VALUE_WIDTH, room - label.length - 2));
    const isCut = text.length > VALUE_CHARS_MAX || lines.length > VALUE_LINES_MAX;
    for (const [i, line] of lines.slice(0, VALUE_LINES_MAX).entries())
      yield `${i === 0 ? label : ' '.repeat(label.length)}  ${line}`;
    if (isCut) yield `${' '.repeat(label.length)}  … (${text.length} characters, complete with --json)`;
  }
}
