/** Rewrites the bounds as the module is loaded. A bound that is not there is a mistake of the test. */

let bounds = {};

export function initialize(data) {
  bounds = data;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!/\/dist\/limits\.js$/.test(url)) return loaded;
  let source = String(loaded.source);
  for (const [name, value] of Object.entries(bounds)) {
    const changed = source.replace(new RegExp(`(export const ${name} = )[^;]+;`), `$1${value};`);
    if (changed === source) throw new Error(`limits.js has no bound ${name}`);
    source = changed;
  }
  // The bounds' relations are those of production; a small one alone would break them.
  return { ...loaded, source: source.replace(/^assert\(.*$/gm, '') };
}
