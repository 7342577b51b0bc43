/** What reads and the enrich stage share. */

export { idOf, TraceAliases } from '../store/trace-aliases.ts';
