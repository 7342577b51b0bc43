/**
 * How long an answer of the overview is as good as new. A range that ends now is another question at each of its steps;
 * within a step, scrolling to a chart and back must not ask again.
 */
export const FRESH_MS = 300_000;
