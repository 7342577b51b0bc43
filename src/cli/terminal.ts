/** Where a command writes, and what that place can show. */

import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export class Terminal {
  readonly #out: Output;
  readonly #err: Output;
  readonly #env: Environment;
  readonly isInteractive: boolean;
  readonly #hasColor: boolean;

  constructor(out: Output, err: Output, env: Environment) {
    this.#out = out;
    this.#err = err;
    this.#env = env;
    this.isInteractive = out.isTTY === true;
    this.#hasColor = this.isInteractive && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  }

  /** In columns; unlimited in a pipe, where nothing should be cut off, unless `COLUMNS` says otherwise. */
  get width(): number {
    const columns = this.#out.columns ?? Number(this.#env.COLUMNS);
    return Number.isInteger(columns) && columns > 0 ? columns : Number.POSITIVE_INFINITY;
  }

  /** `line` is safe to show: what comes from events went through text.ts. */
  print(line: string): void {
    this.#out.write(`${line}\n`);
  }

  /** For the person, not for the next program in the pipe. */
  note(line: string): void {
    this.#err.write(`${line}\n`);
  }

  /** `text` in a colour, where there are colours. */
  paint(style: Style | undefined, text: string): string {
    return style !== undefined && this.#hasColor && text !== ''
      ? styleText(style, text, { validateStream: false })
      : text;
  }
}
