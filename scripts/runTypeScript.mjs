// Compiles a TypeScript program to one file and runs it:  node scripts/runTypeScript.mjs conformance/src/x.ts args…
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [entry] = process.argv.splice(2, 1);
const root = fileURLToPath(new URL('..', import.meta.url));
// Within the workspace that has all packages for dependencies, as they are not compiled in.
const outfile = fileURLToPath(
  new URL(`../conformance/.cache/${basename(entry, '.ts')}.mjs`, import.meta.url),
);
await build({
  entryPoints: [entry],
  absWorkingDir: root,
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  external: ['@sluice/*'],
  logLevel: 'warning',
});
process.setSourceMapsEnabled(true);
await import(outfile);
