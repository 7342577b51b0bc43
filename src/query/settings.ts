/** A project's settings. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectSettings } from '../dialects/dialect.ts';
import { retentionDaysMax } from '../limits.ts';
import { refusals } from './schemas.ts';

const fields = {
  strictAgentVersions: z.boolean().openapi({
    description:
      "Refuse events of another agent version in a trace (WhyOps's 409), instead of keeping each event's version",
  }),
  retentionDays: z.union([z.number().int().min(1).max(retentionDaysMax), z.null(), z.literal('default')]).openapi({
    description:
      'Delete traces to which nothing came for so many days. null: keep for ever. default: what TRIBUTARY_RETENTION_DAYS says',
  }),
} satisfies Record<keyof ProjectSettings, z.ZodType>;

export const SettingsBody = z.object(fields).openapi('Settings');
export type SettingsBody = z.infer<typeof SettingsBody>;

const responses = {
  200: { description: 'The settings', content: { 'application/json': { schema: SettingsBody } } },
  ...refusals,
};

export const getSettingsRoute = createRoute({
  method: 'get',
  path: '/settings',
  summary: 'The settings of the project',
  responses,
});

export const changeSettingsRoute = createRoute({
  method: 'patch',
  path: '/settings',
  summary: 'Change settings of the project (scope: admin)',
  request: {
    body: { content: { 'application/json': { schema: z.strictObject(fields).partial() } }, required: true },
  },
  responses,
});
