/** Redaction rules: what is taken out of a project's requests before anything of them is kept. */

import { createRoute, z } from '@hono/zod-openapi';
import { redactionPatternsMax, redactionRulesMax } from '../limits.ts';
import { BUILT_IN_NAMES } from '../redaction/built-in.ts';
import { type RedactionRule, RULE_ACTIONS, RULE_KINDS } from '../registry/redaction.ts';
import { errorResponse, refusals } from './schemas.ts';

const TARGET_CHARS_MAX = 512;
/** It stands in every value that the rule replaces. */
const Name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, 'letters, digits, - and _, 40 at most')
  .openapi({ description: 'Stands in what replaces a value: `[redacted:<name>]`', example: 'email' });
const Kind = z.enum(RULE_KINDS).openapi({
  description: '`field`: a path to a member. `built-in`: one of our patterns. `pattern`: a regular expression (RE2)',
});
const Target = z
  .string()
  .min(1)
  .max(TARGET_CHARS_MAX)
  .openapi({
    description: `The path (\`**.password\`, \`$.messages[*].content\`), one of ${BUILT_IN_NAMES.join(', ')}, or the expression`,
    example: 'email',
  });
const Action = z.enum(RULE_ACTIONS).openapi({
  description: '`mask`: `[redacted:email]`. `hash`: with a keyed hash behind it, the same for the same value. `drop`',
});

export const RedactionRuleBody = z
  .object({ ruleId: z.string(), name: Name, kind: Kind, target: Target, action: Action, createdAt: z.string() })
  .openapi('RedactionRule');
export type RedactionRuleBody = z.infer<typeof RedactionRuleBody>;

export const NewRedactionRuleBody = z
  .strictObject({ kind: Kind, target: Target, action: Action.default('mask'), name: Name.optional() })
  .openapi('NewRedactionRule');
export type NewRedactionRuleBody = z.infer<typeof NewRedactionRuleBody>;

export const RedactionTestBody = z
  .object({
    text: z.string().openapi({ description: 'What would be kept of the sample' }),
    isJson: z
      .boolean()
      .openapi({ description: 'False: it was taken as plain text, and field rules mean nothing in it' }),
    found: z.array(z.object({ name: z.string(), count: z.number() })),
  })
  .openapi('RedactionTest');
export type RedactionTestBody = z.infer<typeof RedactionTestBody>;

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

export const listRedactionRulesRoute = createRoute({
  method: 'get',
  path: '/redaction-rules',
  summary: 'The redaction rules of the project (scope: admin)',
  responses: {
    200: json(z.object({ data: z.array(RedactionRuleBody), nextCursor: z.null() }), 'The rules, as they were made'),
    ...refusals,
  },
});

export const addRedactionRuleRoute = createRoute({
  method: 'post',
  path: '/redaction-rules',
  summary: 'Add a redaction rule (scope: admin)',
  description: `It counts for requests that arrive from now on, before they are logged. What is stored stays as it is. At most
    ${redactionRulesMax} rules per project, ${redactionPatternsMax} of them own regular expressions.`,
  request: { body: { content: { 'application/json': { schema: NewRedactionRuleBody } }, required: true } },
  responses: {
    201: json(RedactionRuleBody, 'The rule'),
    409: errorResponse('The project has a rule for this already'),
    ...refusals,
  },
});

export const removeRedactionRuleRoute = createRoute({
  method: 'delete',
  path: '/redaction-rules/{ruleId}',
  summary: 'Remove a redaction rule (scope: admin)',
  request: { params: z.object({ ruleId: z.string().openapi({ param: { name: 'ruleId', in: 'path' } }) }) },
  responses: {
    200: json(z.object({ removed: z.literal(true) }), 'Removed'),
    404: errorResponse('The project has no such rule'),
    ...refusals,
  },
});

export const testRedactionRoute = createRoute({
  method: 'post',
  path: '/redaction-rules/test',
  summary: 'Try rules on a sample (scope: admin)',
  description: 'Nothing is kept of the sample. With `rules` those are tried, else the rules of the project.',
  request: {
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({
            sample: z.string().openapi({ description: 'An event as JSON text, or any text' }),
            rules: z.array(NewRedactionRuleBody).max(redactionRulesMax).optional(),
          }),
        },
      },
      required: true,
    },
  },
  responses: { 200: json(RedactionTestBody, 'What would be kept'), ...refusals },
});

export function ruleBody({ id, name, kind, target, action, createdAt }: RedactionRule): RedactionRuleBody {
  return { ruleId: id, name, kind, target, action, createdAt };
}
