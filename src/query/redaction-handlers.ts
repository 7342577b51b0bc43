/** The handlers of redaction.ts. Only admins may see the rules: what is looked for tells what is there. */

import { randomBytes } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { type Fault, type Outcome, ok, refuse } from '../canonical/outcome.ts';
import { redactionPatternsMax, redactionRulesMax } from '../limits.ts';
import { tryOut } from '../redaction/redaction.ts';
import { readTarget } from '../redaction/rules.ts';
import type { NewRedactionRule, Redactions } from '../registry/redaction.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import {
  addRedactionRuleRoute,
  listRedactionRulesRoute,
  type NewRedactionRuleBody,
  removeRedactionRuleRoute,
  ruleBody,
  testRedactionRoute,
} from './redaction.ts';

const NAME_CHARS_MAX = 40;

export function answerRedaction(api: OpenAPIHono<QueryEnv>, { registry }: QueryParts): void {
  for (const path of ['/redaction-rules', '/redaction-rules/*']) api.use(path, requireScope(registry, 'admin'));

  api.openapi(listRedactionRulesRoute, (c) =>
    c.json({ data: registry.redaction.rules(c.var.principal.projectId).map(ruleBody), nextCursor: null }, 200),
  );

  // `fault` answers are declared in each route's `responses`; Hono's types cannot join the two.
  api.openapi(addRedactionRuleRoute, async (c) => {
    const { projectId } = c.var.principal;
    const rule = ruleOf(c.req.valid('json'));
    if (!rule.ok) return fault(c, rule.fault.code, rule.fault.message, 'target') as never;
    const full = isFull(registry.redaction, projectId, rule.value);
    if (full !== undefined) return fault(c, full.code, full.message, 'kind') as never;
    const added = await registry.redaction.add(projectId, rule.value);
    if (added === undefined)
      return fault(c, 'conflict', 'The project has a rule for this already: remove it first', 'target') as never;
    return c.json(ruleBody(added), 201);
  });

  api.openapi(removeRedactionRuleRoute, async (c) => {
    const removed = await registry.redaction.remove(c.var.principal.projectId, c.req.valid('param').ruleId);
    if (!removed) return fault(c, 'not-found', 'The project has no such rule', 'ruleId') as never;
    return c.json({ removed: true as const }, 200);
  });

  api.openapi(testRedactionRoute, async (c) => {
    const { projectId } = c.var.principal;
    const { sample, rules } = c.req.valid('json');
    const own = registry.redaction.rules(projectId);
    const tried: NewRedactionRule[] = [];
    for (const [i, given] of (rules ?? []).entries()) {
      const rule = ruleOf(given);
      if (!rule.ok) return fault(c, rule.fault.code, rule.fault.message, `rules.${i}.target`) as never;
      tried.push(rule.value);
    }
    // Without a rule there is no key yet: hashes then look like those to come, and are others.
    const hashKey = own.length > 0 ? registry.redaction.hashKey(projectId) : randomBytes(32);
    const { text, isJson, counts } = await tryOut(sample, rules === undefined ? own : tried, hashKey);
    return c.json({ text, isJson, found: [...counts].map(([name, count]) => ({ name, count })) }, 200);
  });
}

/** With the name that it has if it was given none. */
function ruleOf({ kind, target, action, name }: NewRedactionRuleBody): Outcome<NewRedactionRule> {
  const unnamed = { kind, target, action, name: name ?? kind };
  const read = readTarget(unnamed);
  if (!read.ok) return read;
  if (name !== undefined || kind === 'pattern') return ok(unnamed);
  const word = 'path' in read.value ? (read.value.path.lastName ?? kind) : target;
  const slug = word.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[-_]+/, '');
  return ok({ ...unnamed, name: slug === '' ? kind : slug.slice(0, NAME_CHARS_MAX) });
}

function isFull(redaction: Redactions, projectId: ProjectId, { kind }: NewRedactionRule): Fault | undefined {
  const rules = redaction.rules(projectId);
  const patterns = rules.filter((rule) => rule.kind === 'pattern').length;
  const full = rules.length >= redactionRulesMax || (kind === 'pattern' && patterns >= redactionPatternsMax);
  const message = `A project has at most ${redactionRulesMax} rules, ${redactionPatternsMax} of them own patterns: remove one first`;
  return full ? refuse('invalid-event', message).fault : undefined;
}
