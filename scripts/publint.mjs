// Checks each package the way it would be published (npm packs it, since pnpm need not be on the PATH).
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = fileURLToPath(new URL('../node_modules/publint/src/cli.js', import.meta.url));
for (const name of readdirSync(`${root}/packages`)) {
  const { status } = spawnSync(
    process.execPath,
    [cli, 'run', `${root}/packages/${name}`, '--strict', '--pack=npm'],
    {
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exitCode = 1;
}
