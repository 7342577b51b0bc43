/** JSON as text, without recursion: the browser's own function gives up on a few thousand levels. */

/** Deeper lines are indented no further: 10 000 levels would be 200 MB of spaces. */
const INDENT_LEVELS_MAX = 60;

type Step = { readonly close: string } | { readonly lead: string; readonly value: unknown };

export function jsonText(value: unknown, charsMax = Number.POSITIVE_INFINITY): string {
  let text = '';
  const waiting: Step[] = [{ lead: '', value }];
  let depth = 0;
  for (let step = waiting.pop(); step !== undefined && text.length < charsMax; step = waiting.pop()) {
    if ('close' in step) {
      depth -= 1;
      text += `${line(depth)}${step.close}`;
      continue;
    }
    const { lead, value: next } = step;
    if (typeof next !== 'object' || next === null) {
      text += `${lead}${scalarText(next)}`;
      continue;
    }
    const isList = Array.isArray(next);
    const names = isList ? undefined : Object.keys(next);
    const count = names?.length ?? (isList ? next.length : 0);
    if (count === 0) {
      text += `${lead}${isList ? '[]' : '{}'}`;
      continue;
    }
    depth += 1;
    text += `${lead}${isList ? '[' : '{'}`;
    waiting.push({ close: isList ? ']' : '}' });
    for (let i = count - 1; i >= 0; i -= 1) {
      const name = names?.[i];
      const inner: unknown = isList ? next[i] : name === undefined ? undefined : Reflect.get(next, name);
      const before = `${i === 0 ? '' : ','}${line(depth)}`;
      waiting.push({ lead: name === undefined ? before : `${before}${JSON.stringify(name)}: `, value: inner });
    }
  }
  return text.length < charsMax ? text : `${text.slice(0, charsMax).toWellFormed()}…`;
}

function line(depth: number): string {
  return `\n${'  '.repeat(Math.min(depth, INDENT_LEVELS_MAX))}`;
}

export function scalarText(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
