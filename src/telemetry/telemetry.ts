/** Our own signals: one line of JSON each on standard error. Counters are kept where they count, and read by /metrics. */

import { destination, type Logger, pino } from 'pino';

export interface Signal {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** snake_case, stable: what an operator alerts on. */
  readonly name: string;
  readonly [detail: string]: string | number | boolean | undefined;
}

export interface Telemetry {
  emit(signal: Signal): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export function openTelemetry(level: LogLevel): Telemetry {
  const logger: Logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ fd: 2, sync: true }),
  );
  return {
    emit: ({ level: severity, name, ...details }) => logger[severity](details, name),
  };
}

export const silentTelemetry: Telemetry = { emit: () => undefined };
