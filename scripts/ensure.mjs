// Makes the repository ready, then runs a command:  node scripts/ensure.mjs [--build] [-- command args…]
//
// Ready means: dependencies are installed as the lockfile says, and with --build the packages are compiled. On a
// fresh clone that needs nothing but node, npm and the npm registry; when nothing changed it costs a few milliseconds.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, constants as osConstants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

const args = process.argv.slice(2);
const split = args.indexOf('--');
const flags = split === -1 ? args : args.slice(0, split);
const command = split === -1 ? [] : args.slice(split + 1);

/** The running child, if any, and the signal we were asked to stop with. */
let child;
let stopped;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopped = signal;
    // On a terminal Ctrl-C reaches the whole process group, the child included: passing it on would deliver it twice.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child?.kill(signal);
  });
}

/** Runs a program in the repository's root and resolves with its exit code, in the shell's convention for signals. */
function run(program, programArgs, { quiet = false, env = process.env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const output = [];
    child = spawn(program === 'node' ? process.execPath : program, programArgs, {
      cwd,
      env,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      child = undefined;
      const result = code ?? 128 + osConstants.signals[signal];
      if (quiet && result !== 0) process.stderr.write(Buffer.concat(output));
      resolve(stopped && quiet ? 128 + osConstants.signals[stopped] : result);
    });
  });
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`Sluice needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

/** npm and pnpm keep caches below the home directory; where that cannot be written they get one in the repository. */
function environmentForInstall() {
  try {
    accessSync(homedir(), constants.W_OK);
    return process.env;
  } catch {
    const home = at('.cache', 'home');
    mkdirSync(home, { recursive: true });
    return { ...process.env, HOME: home, npm_config_cache: join(home, '.npm') };
  }
}

async function install() {
  const manifest = readFileSync(at('package.json'), 'utf8');
  const hash = createHash('sha256').update(manifest);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(at(file)));
  const wanted = hash.digest('hex');
  // The stamp is the lockfile's content, not its time: a checkout changes times without changing anything.
  const stamp = at('node_modules', '.sluice-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;

  const pnpm = JSON.parse(manifest).packageManager;
  process.stderr.write(`Installing dependencies (${pnpm}) …\n`);
  const started = Date.now();
  const code = await run('npx', ['--yes', pnpm, 'install', '--frozen-lockfile', '--prefer-offline'], {
    quiet: true,
    env: environmentForInstall(),
  });
  if (code !== 0) process.exit(code);
  writeFileSync(stamp, wanted);
  process.stderr.write(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

requireNode();
await install();
if (flags.includes('--build')) {
  const code = await run('node', [at('node_modules', '@typescript', 'native', 'bin', 'tsc'), '-b']);
  if (code !== 0) process.exit(code);
}
if (command.length > 0 && !stopped) {
  const path = `${at('node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  process.exitCode = await run(command[0], command.slice(1), { env: { ...process.env, PATH: path } });
} else if (stopped) {
  process.exitCode = 128 + osConstants.signals[stopped];
}
