/**
 * A stored trace as lines of text, one per span, children below their parent and indented: what a test can compare and a
 * person can read. Siblings are sorted by their text, because clocks are too coarse to tell which came first.
 */

import type { StoredTrace } from '../../test/support/stored.ts';

interface Span {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly kind: string | null;
  readonly name: string | null;
  readonly status: string;
  readonly error: { readonly message?: string } | null;
  readonly usage: {
    readonly inputTokens: number | null;
    readonly outputTokens: number | null;
    readonly totalTokens: number | null;
    readonly cacheReadTokens: number | null;
  } | null;
  readonly provider: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly agentName: string | null;
  readonly agentVersion: string | null;
}

export interface OutlineOptions {
  /** For SDKs that make up the ids of sessions. */
  readonly hideSessions?: boolean;
}

/** All traces of a project, sorted by their text. */
export function outlines(traces: readonly StoredTrace[], options: OutlineOptions = {}): string[][] {
  return traces.map((trace) => outline(trace, options)).sort((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1));
}

function outline({ spans = [] }: StoredTrace, options: OutlineOptions): string[] {
  // The own API's shape, which `StoredTrace` leaves open.
  const all = spans as unknown as readonly Span[];
  const ids = new Set(all.map((span) => span.spanId));
  const below = (parent: string | null): string[][] =>
    all
      .filter((span) => span.parentSpanId === parent)
      .map((span) => [line(span, options), ...below(span.spanId).flatMap((lines) => lines.map((text) => `  ${text}`))])
      .sort((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1));
  const orphans = all.filter((span) => span.parentSpanId !== null && !ids.has(span.parentSpanId));
  return [...below(null).flat(), ...orphans.map((span) => `ORPHAN ${line(span, options)}`)];
}

/** `llm gpt-4o ok 12+5=17 cached=4 provider=openai user=u session=s agent=a@v`; what is null is left out. */
function line(span: Span, options: OutlineOptions): string {
  const { usage, agentName, agentVersion } = span;
  const count = (tokens: number | null) => tokens ?? '?';
  const parts = [
    `${span.kind} ${span.name} ${span.status}`,
    usage && `${count(usage.inputTokens)}+${count(usage.outputTokens)}=${count(usage.totalTokens)}`,
    usage?.cacheReadTokens && `cached=${usage.cacheReadTokens}`,
    span.provider && `provider=${span.provider}`,
    span.userId && `user=${span.userId}`,
    span.sessionId && `session=${options.hideSessions ? '…' : span.sessionId}`,
    agentName && `agent=${agentName}${agentVersion === null ? '' : `@${agentVersion}`}`,
    span.error?.message !== undefined && `error: ${span.error.message}`,
  ];
  return parts.filter(Boolean).join(' ');
}
