/** Which texts are safe to read as Markdown: the parser recurses with nesting and is slow on some long runs. */

import { SHOWN_CHARS } from '../ui/long-text.ts';

/** Of `>`, lists, brackets and the like in one line. */
const NESTING_MAX = 60;
const RUN_MAX = 300;

export function isReadableMarkdown(text: string): boolean {
  if (text.length > SHOWN_CHARS) return false;
  return text.split('\n').every((line) => {
    const [opening = ''] = /^[\s>*+\-\d.)]*/.exec(line) ?? [];
    if (opening.replace(/[\s\d]/g, '').length > NESTING_MAX && !/^[\s]*([-*_])(\s*\1)+\s*$/.test(line)) return false;
    if (/^\s{200}/.test(line)) return false;
    return (
      countOf(line, /[[\]]/g) <= RUN_MAX &&
      countOf(line, /[*_~`]/g) <= RUN_MAX * 2 &&
      countOf(line, /[<&!(]/g) <= RUN_MAX * 4
    );
  });
}

function countOf(line: string, pattern: RegExp): number {
  return line.match(pattern)?.length ?? 0;
}
