/** The vendors whose events are taken. The server refuses other names (canonical/event.ts). */
export const DIALECTS = ['lunary', 'vellum', 'voker', 'weflayr', 'whyops'] as const;
