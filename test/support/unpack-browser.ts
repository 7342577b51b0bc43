/**
 * Before all tests: Chromium is unpacked into the temporary folder, once. Tests of two files at once would each begin to,
 * and one of them start what the other has half written.
 */

import { browserPath } from './browser.ts';

export async function setup(): Promise<void> {
  await browserPath();
}
