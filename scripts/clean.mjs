// Removes what the build and the tools write; dependencies stay.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'dist'));
for (const path of [
  ...packages,
  'examples/dist',
  'benchmarks/dist',
  'docs/api',
  'conformance/.cache',
  'coverage',
  'node_modules/.cache',
]) {
  rmSync(join(root, path), { recursive: true, force: true });
}
