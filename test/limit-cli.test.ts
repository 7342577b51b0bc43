/** `tributary limits`: the built program against a server. */

import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROGRAM, TestServer } from './support/server.ts';

let server: TestServer;
let project: { id: string; key: string };
beforeAll(async () => {
  server = await TestServer.start();
  project = await server.createProject('shop');
});
afterAll(() => server.stop());

function run(key: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH, TZ: 'UTC', TRIBUTARY_URL: server.url, TRIBUTARY_KEY: key };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, 'limits', ...args], { cwd: tmpdir(), env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

it('shows the bounds, sets one and takes it back', async () => {
  const shown = await run(project.key);
  expect(shown.out).toMatch(/^bound +value +set +at most +meaning\n/);
  expect(shown.out).toMatch(/requestsPerSecond +20,?000 +– +20,?000 +requests per second/);

  await run(project.key, 'requestspersecond', '200');
  const { out } = await run(project.key, 'bodyBytes', '1000', '--json');
  expect(JSON.parse(out)).toMatchObject({
    own: { requestsPerSecond: 200, bodyBytes: 1000 },
    effective: { requestsPerSecond: 200, requestBurst: 200, bodyBytes: 1000 },
  });
  expect(await run(project.key, 'bodyBytes')).toEqual({ code: 0, out: '1000\n', err: '' });
  const back = await run(project.key, 'bodyBytes', 'default', '--json');
  expect(JSON.parse(back.out)).toMatchObject({ own: { requestsPerSecond: 200 } });
});

it('sets the bounds of a key and, for an operator, of another project', async () => {
  const { data } = await server.get<{ data: { id: string }[] }>('/keys', project.key);
  const id = data[0]?.id ?? '';
  const ofKey = await run(project.key, 'requestsInFlight', '3', '--of-key', id, '--json');
  expect(JSON.parse(ofKey.out)).toMatchObject({ own: { requestsInFlight: 3 } });
  const raised = await run(server.key, 'requestsInFlight', '9000', '--project', 'shop', '--json');
  expect(JSON.parse(raised.out)).toMatchObject({ ceiling: { requestsInFlight: 9000 } });
});

it('says what is wrong', async () => {
  expect(await run(project.key, 'nonsense')).toMatchObject({
    code: 64,
    out: '',
    err: expect.stringMatching(/There is no such bound: the bounds are requestsPerSecond, /) as unknown,
  });
  expect(await run(project.key, 'bodyBytes', '-1')).toMatchObject({ code: 64, out: '' });
  expect(await run(project.key, 'requestsPerSecond', '1e3')).toMatchObject({ code: 64, out: '' });
  expect(await run(project.key, 'requestsPerSecond', '30000')).toMatchObject({ code: 77, out: '' });
  expect(await run(project.key, '--of-key', 'unknown')).toMatchObject({ code: 66, out: '' });
});
