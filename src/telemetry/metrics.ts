/** Prometheus: numbers are read where they are kept, at the moment they are asked for. */

import { Counter, Gauge, Registry as Metrics } from 'prom-client';
import type { EnrichProgress } from '../enrich/enrich.ts';
import type { IntakeCounters } from '../intake/intake.ts';
import type { LoaderProgress } from '../loader/loader.ts';
import type { LogHead } from '../log/log.ts';

export interface MetricSources {
  readonly intake: IntakeCounters;
  readonly loader: {
    readonly progress: LoaderProgress;
    readonly backlogBytes: number;
    readonly waitingSeconds: number;
  };
  readonly enrich: { readonly progress: EnrichProgress };
  readonly log: { readonly head: LogHead };
  readonly deadLetters: {
    count(): Promise<number>;
    readonly counters: { readonly retried: number; readonly discarded: number };
  };
}

export function buildMetrics({
  intake,
  loader,
  enrich,
  log,
  deadLetters,
}: MetricSources): () => Promise<{ type: string; text: string }> {
  const metrics = new Metrics();
  const registers = [metrics];
  const total = (name: string, help: string, read: () => number) =>
    new Counter({
      name: `tributary_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `tributary_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  total('accepted_requests', 'Requests whose events are durable', () => intake.acceptedRequests);
  total('accepted_events', 'Events that are durable', () => intake.acceptedEvents);
  total('refused_events', 'Events refused one by one within an accepted request', () => intake.refusedEvents);
  new Counter({
    name: 'tributary_refused_requests_total',
    help: 'Requests refused as a whole',
    labelNames: ['dialect', 'fault'],
    registers,
    collect() {
      this.reset();
      for (const [key, count] of intake.refused) {
        const [dialect = '', fault = ''] = key.split(' ');
        this.inc({ dialect, fault }, count);
      }
    },
  });
  total('loaded_events', 'Events stored since start', () => loader.progress.loadedEvents);
  total('duplicate_events', 'Repeated deliveries that were not stored again', () => loader.progress.duplicateEvents);
  total('sampled_out_events', 'Left out by the sampling of their agents', () => loader.progress.sampledOutEvents);
  total('counted_spans', 'Model calls whose tokens were counted here', () => enrich.progress.countedSpans);
  total('repriced_spans', 'Spans that a re-pricing gave another price', () => enrich.progress.repricedSpans);
  total('enrich_skipped_traces', 'Traces that could not be enriched', () => enrich.progress.skippedTraces);
  total('dead_letters', 'Records that could not be stored since start', () => loader.progress.deadLetters);
  total('dead_letters_retried', 'Dead letters put into the log again', () => deadLetters.counters.retried);
  total('dead_letters_discarded', 'Dead letters given up', () => deadLetters.counters.discarded);
  new Gauge({
    name: 'tributary_dead_letters_now',
    help: 'Records that wait for somebody to retry or discard them',
    registers,
    async collect() {
      // While the registry cannot be asked, the last number is as good as it gets; the others must not be missing for that.
      const now = await deadLetters.count().catch(() => undefined);
      if (now !== undefined) this.set(now);
    },
  });
  total(
    'log_quarantined_regions',
    'Damaged stretches of the log that were put aside',
    () => loader.progress.quarantinedRegions,
  );
  total('log_quarantined_bytes', 'Bytes in these stretches', () => loader.progress.quarantinedBytes);
  total('log_missing_segments', 'Files of the log that are gone', () => loader.progress.missingSegments);
  gauge('log_backlog_bytes', 'Durable but not yet stored', () => loader.backlogBytes);
  gauge(
    'store_waiting_seconds',
    'How long the store has refused what waits; 0 when it does not',
    () => loader.waitingSeconds,
  );
  gauge('log_position', 'Position that the next event gets', () => log.head.position);
  gauge('loader_position', 'Everything before it is stored', () => loader.progress.position);
  gauge('enrich_position', 'Everything before it is counted and compared', () => enrich.progress.doneUntil);
  gauge('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss());
  return async () => ({ type: metrics.contentType, text: await metrics.metrics() });
}
