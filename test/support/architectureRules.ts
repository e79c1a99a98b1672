import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { type ImportFact, readSource } from './sourceFacts.js';

/** What each package may use of ours. Its own name is left out: inside a package imports are relative. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  core: [],
  codec: ['core'],
  handlers: ['core', 'codec'],
  testing: ['core'],
};

/** Folders of core/src: each may use itself and those before it. */
const CORE_LAYERS = [
  'util',
  'buffer',
  'eventloop',
  'channel',
  'pipeline',
  'transport',
  'bootstrap',
  'pool',
  'typed',
];

/** Two layers whose contracts name each other: types, and only types, may look the other way. */
const MUTUAL_TYPES: readonly (readonly [from: string, to: string])[] = [
  ['channel', 'pipeline'],
  ['pipeline', 'channel'],
];

/** Workspaces that use the packages and that nothing may use. */
const LEAVES = ['examples', 'benchmarks', 'conformance', 'interop'];

/** Lines of code, without comments and blank lines, that one source file may have. */
const MAX_CODE_LINES = 350;

/** The parts of a package.json the rules look at. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A repository as the rules see it; paths are relative to its root, with `/`. */
export interface Repository {
  /** Path to text of every TypeScript file. */
  readonly sources: ReadonlyMap<string, string>;
  /** Package folder name (`core`) to its package.json. */
  readonly manifests: ReadonlyMap<string, Manifest>;
}

/** Every broken rule as one line: `path:line: what is wrong`. Empty when the repository keeps them all. */
export function findViolations(repository: Repository): string[] {
  const violations: string[] = [];
  for (const [name, manifest] of repository.manifests) {
    violations.push(...manifestViolations(name, manifest));
  }
  for (const [path, text] of repository.sources) {
    const facts = readSource(path, text);
    for (const found of facts.imports) {
      const wrong = importViolation(path, found, repository);
      if (wrong) violations.push(`${path}:${found.line}: ${wrong}`);
    }
    if (isPackageSource(path) && facts.codeLines > MAX_CODE_LINES) {
      violations.push(`${path}: ${facts.codeLines} lines of code, more than ${MAX_CODE_LINES}`);
    }
    const misplaced = placeViolation(path, repository.sources);
    if (misplaced) violations.push(`${path}: ${misplaced}`);
  }
  return violations;
}

function manifestViolations(name: string, manifest: Manifest): string[] {
  const allowed = PACKAGES[name];
  if (!allowed) return [`packages/${name}: a package the architecture does not name`];
  return runtimeDependencies(manifest)
    .filter((dependency) => name === 'core' || (isOurs(dependency) && !allowed.includes(ourName(dependency))))
    .map((dependency) => `packages/${name}/package.json: must not depend on ${dependency}`);
}

function importViolation(path: string, found: ImportFact, repository: Repository): string | undefined {
  const { specifier } = found;
  if (specifier.startsWith('.')) return relativeViolation(path, found);
  if (isBuiltin(specifier)) {
    return specifier.startsWith('node:') ? undefined : `'${specifier}' must be 'node:${specifier}'`;
  }
  if (isOurs(specifier)) return ourPackageViolation(path, specifier);
  if (!isPackageSource(path)) return undefined;
  const name = packageOf(path) as string;
  const external = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return runtimeDependencies(repository.manifests.get(name) ?? {}).includes(external)
    ? undefined
    : `'${external}' is not a dependency of packages/${name}`;
}

function ourPackageViolation(path: string, specifier: string): string | undefined {
  const name = ourName(specifier);
  if (specifier !== `@sluice/${name}`)
    return `'${specifier}' is a deep path; only '@sluice/${name}' is a door`;
  if (LEAVES.includes(name)) return `nothing may import ${name}`;
  if (!(name in PACKAGES)) return `'${specifier}' is no package of ours`;
  if (!isPackageSource(path)) return undefined;
  const from = packageOf(path) as string;
  if (from === name) return `${from} must not import itself by name`;
  return PACKAGES[from]?.includes(name) ? undefined : `${from} must not import ${name}`;
}

function relativeViolation(path: string, found: ImportFact): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(path), found.specifier));
  if (!/\.(js|json)$/.test(target)) return `'${found.specifier}' needs its file extension (.js)`;

  const from = workspaceOf(path);
  const to = workspaceOf(target);
  if (from !== to) {
    const isTest = from === 'test' || !isPackageSource(path);
    if (isTest && target.startsWith('test/support/')) return undefined;
    if (LEAVES.includes(to)) return `nothing may import ${to}`;
    return `'${found.specifier}' leaves ${from}; import the other package by its name`;
  }
  if (!isPackageSource(path)) return undefined;
  if (!isPackageSource(target)) return `source must not import '${found.specifier}' from outside src`;
  if (sourcePath(target) === 'index.js') return 'inside a package nothing imports its index';
  return from === 'packages/core' ? layerViolation(sourcePath(path), sourcePath(target), found) : undefined;
}

function layerViolation(path: string, target: string, found: ImportFact): string | undefined {
  if (path === 'index.ts') return undefined;
  const from = path.split('/')[0] as string;
  const to = target.split('/')[0] as string;
  if (CORE_LAYERS.indexOf(to) <= CORE_LAYERS.indexOf(from)) return undefined;
  const mutual = MUTUAL_TYPES.some(([a, b]) => a === from && b === to);
  if (mutual && found.typeOnly) return undefined;
  return `layer ${from} must not import ${mutual ? 'values of ' : ''}${to} ('${found.specifier}')`;
}

/** Core's files live in its layers, and a test stands where the source it is about stands. */
function placeViolation(path: string, sources: ReadonlyMap<string, string>): string | undefined {
  if (path.startsWith('packages/core/src/')) {
    const [layer = '', ...rest] = sourcePath(path).split('/');
    const known = rest.length > 0 ? CORE_LAYERS.includes(layer) : layer === 'index.ts';
    if (!known) return `core/src holds index.ts and the folders ${CORE_LAYERS.join(', ')}`;
  }
  const test = /^(packages\/[^/]+)\/test\/(.*\/)?([^/.]+)[^/]*\.test\.ts$/.exec(path);
  if (!test) return undefined;
  const [, home, folder = '', name] = test;
  if (folder.startsWith('integration/')) return undefined;
  const source = `${home}/src/${folder}${name}.ts`;
  return sources.has(source) ? undefined : `tests mirror sources, but there is no ${source}`;
}

function runtimeDependencies(manifest: Manifest): string[] {
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

function isOurs(specifier: string): boolean {
  return specifier.startsWith('@sluice/');
}

function ourName(specifier: string): string {
  return specifier.split('/')[1] ?? '';
}

function isPackageSource(path: string): boolean {
  return /^packages\/[^/]+\/src\//.test(path);
}

function sourcePath(path: string): string {
  return path.split('/').slice(3).join('/');
}

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

/** `packages/core`, or the first folder: `examples`, `test` … */
function workspaceOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'packages' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}
