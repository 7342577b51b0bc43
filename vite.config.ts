/** The dashboard's build: src/web → dist/web, with each text file compressed once here instead of on each request. */

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const OUT = fileURLToPath(new URL('dist/web', import.meta.url));
/** Smaller files gain nothing. */
const COMPRESSED_BYTES_MIN = 1024;

function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle() {
      for (const entry of readdirSync(OUT, { recursive: true })) {
        const path = join(OUT, String(entry));
        if (!/\.(js|css|svg)$/.test(path) || statSync(path).size < COMPRESSED_BYTES_MIN) continue;
        const bytes = readFileSync(path);
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** `npm run dev:web`: pages from here, everything else from a server that runs already. */
const SERVER = process.env.TRIBUTARY_URL ?? 'http://127.0.0.1:4320';

export default defineConfig({
  root: 'src/web',
  // Replaced for each page by the server (src/http/dashboard.ts): styles that libraries insert need it.
  html: { cspNonce: '__CSP_NONCE__' },
  plugins: [react(), compressed()],
  server: {
    host: '127.0.0.1',
    proxy: { '^/p/(sign-in|[^/]+/(api/|sign-out)).*': { target: SERVER } },
  },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2023',
    // Everything is a file of this origin: the Content-Security-Policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600,
  },
});
