/**
 * What can be set for an agent: its sampling rate (`protocols/whyops.md` 5.2). There are no caps here, so the two maxima
 * are null, and setting them is ignored, as the vendor does without the permission.
 */

import { asObject, field } from '../../canonical/json.ts';
import { isoFromMicros, type Micros } from '../../canonical/time.ts';
import type { Agent, Directory, IntakeRequest, Reply, RouteContext } from '../dialect.ts';
import { parseJson } from '../parse-json.ts';
import { AGENT_MISSING, agentById, latestVersion } from './entities.ts';
import { failed } from './reply.ts';

const LIMITS = {
  success: true,
  limits: { maxAgents: null },
  permissions: { canChangeAgentMaxTraces: false, canChangeAgentMaxSpans: false, canChangeMaxAgents: false },
};

export async function getLimits(): Promise<Reply> {
  return { status: 200, body: LIMITS };
}

export function getSettings(request: IntakeRequest, context: RouteContext): Promise<Reply> {
  return withAgent(request, context, (agent) => settingsReply(agent, context.directory));
}

export function changeSettings(request: IntakeRequest, context: RouteContext): Promise<Reply> {
  return withAgent(request, context, async (agent) => {
    const rate = readRate(request.text);
    if (rate === 'invalid') return BAD_RATE;
    if (rate !== undefined) await context.directory.setSamplingRate(agent.name, rate);
    return settingsReply(agent, context.directory, request.receivedAt);
  });
}

/** Back to what an agent begins with: every trace is kept. */
export function resetSettings(request: IntakeRequest, context: RouteContext): Promise<Reply> {
  return withAgent(request, context, async (agent) => {
    await context.directory.setSamplingRate(agent.name, 1);
    return settingsReply(agent, context.directory, request.receivedAt);
  });
}

export function changeSamplingRate(request: IntakeRequest, context: RouteContext): Promise<Reply> {
  const { directory } = context;
  return withAgent(request, context, async (agent) => {
    const rate = readRate(request.text);
    if (rate === undefined || rate === 'invalid') return BAD_RATE;
    await directory.setSamplingRate(agent.name, rate);
    const versions = await directory.listAgentVersions(agent.name);
    return {
      status: 200,
      body: {
        success: true,
        agentId: agent.id,
        samplingRate: rate,
        updatedVersions: versions.length,
        latestVersionId: (await latestVersion(agent, directory))?.id ?? null,
        updatedAt: isoFromMicros(request.receivedAt),
      },
    };
  });
}

const BAD_RATE: Reply = failed({ code: 'invalid-event', message: 'samplingRate must be a number from 0 to 1' });

async function withAgent(
  { head }: IntakeRequest,
  { directory }: RouteContext,
  answer: (agent: Agent) => Promise<Reply>,
): Promise<Reply> {
  // An event that was just accepted may have been the first to name the agent.
  await directory.settled();
  const agent = await agentById(head.params.id, directory);
  return agent === undefined ? AGENT_MISSING : answer(agent);
}

/** `undefined` when the body leaves it out. The vendor rounds to two decimals, which would make 0.001 drop everything. */
function readRate(text: string): number | 'invalid' | undefined {
  const parsed = parseJson(text);
  const body = parsed.ok ? asObject(parsed.value) : undefined;
  if (body === undefined) return 'invalid';
  const rate = field(body, 'samplingRate');
  if (rate === undefined) return undefined;
  return typeof rate === 'number' && rate >= 0 && rate <= 1 ? rate : 'invalid';
}

/** `updatedAt` is known only of a change that was just made. */
async function settingsReply(agent: Agent, directory: Directory, updatedAt?: Micros): Promise<Reply> {
  const samplingRate = (await directory.samplingRates()).get(agent.name) ?? 1;
  const changedAt = updatedAt === undefined ? null : isoFromMicros(updatedAt);
  const settings = { agentId: agent.id, maxTraces: null, maxSpans: null, samplingRate, updatedAt: changedAt };
  return { status: 200, body: { success: true, settings } };
}
