import { expect, it } from 'vitest';
import { tracePage } from './trace-page.ts';

const commands = (traceId: string) =>
  [...tracePage(traceId, 'http://localhost:4320').matchAll(/<pre>(.*)<\/pre>/g)].map(([, text = '']) =>
    text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
  );

it('says how to read the trace', () => {
  expect(commands('b1946ac9-2d3e')).toEqual([
    'npx tributary trace b1946ac9-2d3e',
    'curl -H "Authorization: Bearer $TRIBUTARY_KEY" http://localhost:4320/api/tributary/v1/traces/b1946ac9-2d3e',
  ]);
});

it('takes an id as text, for the page and for the shell', () => {
  const page = tracePage(`<script>alert("it's")</script>`, 'http://localhost:4320');
  expect(page).not.toMatch(/<script|"it's"/);
  expect(commands(`it's $(rm -rf ~) \`x\`\nreboot`)[0]).toBe(`npx tributary trace 'it'\\''s $(rm -rf ~) \`x\` reboot'`);
  expect(commands('--help')[0]).toBe('npx tributary trace -- --help');
  expect(commands('half \ud83d')[1]).toContain('/traces/half%20%EF%BF%BD');
});
