import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { NettyRelease } from './record.netty.js';

const JAVA = 'java';
/** Small programs one after the other: a start in half a second matters more than speed later on. */
const JVM_OPTIONS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx256m'];
/** How long one process may take, in ms: a suite of thousands of cases takes seconds. */
const TIME_LIMIT = 120_000;
/** With this the process tells that its last program did not end. */
const ENDLESS_EXIT_CODE = 3;
/** Programs without an end in one suite; each costs three seconds of processor time. */
const MAX_ENDLESS = 100;

/** What is recorded: `count` cases of a suite, from the programs of `seed`, beginning with program `first`. */
export interface Recording {
  readonly suite: string;
  readonly count: number;
  readonly seed: bigint;
  /** Default: 0. */
  readonly first?: number;
}

/** A program without a case, and why. */
export interface Dropped {
  readonly dropped: number;
  /** `endless`, `too long`, or the error of the machine that it ran into. */
  readonly why: string;
}

/** The Java program that runs real Netty, compiled against one release. */
export class JavaRecorder {
  readonly #classPath: string;

  private constructor(classPath: string) {
    this.#classPath = classPath;
  }

  /**
   * Compiles it, unless the same sources were compiled against the same jars before.
   *
   * @throws Error if there is no JDK, or no jars and no Maven.
   */
  static async compile(netty: NettyRelease, conformance: string): Promise<JavaRecorder> {
    const jars = await netty.jars();
    const sources = ['main', `netty-${netty.line}`].flatMap((part) =>
      filesBelow(join(conformance, 'recorder', 'src', part)),
    );
    const hash = createHash('sha256').update(jars.join(delimiter));
    for (const source of sources) hash.update(readFileSync(source));
    const cache = join(conformance, '.cache');
    const classes = join(cache, `classes-${hash.digest('hex').slice(0, 16)}`);
    if (!existsSync(classes)) {
      await mkdir(cache, { recursive: true });
      // Complete or not there at all, also for somebody who compiles at the same time.
      const own = await mkdtemp(join(cache, 'compiling-'));
      try {
        await javac(['-cp', jars.join(delimiter), '-d', own, ...sources]);
        await rename(own, classes).catch((error: unknown) => {
          if (!existsSync(classes)) throw error;
        });
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    }
    return new JavaRecorder([classes, ...jars].join(delimiter));
  }

  /**
   * The cases, each a line of JSON without its line break, and the programs that made none.
   *
   * @throws Error if the process fails, or takes longer than two minutes.
   */
  async *record(recording: Recording): AsyncGenerator<string | Dropped, void> {
    let { count, first = 0 } = recording;
    for (let endless = 0; count > 0; endless++) {
      if (endless > MAX_ENDLESS) {
        throw new Error(`more than ${MAX_ENDLESS} programs of ${describe(recording)} do not end`);
      }
      const run = this.#start([recording.suite, count, recording.seed, first].map(String));
      let read = false;
      try {
        for await (const line of run.lines) {
          if (line.startsWith('{"dropped":')) {
            const dropped: Dropped = JSON.parse(line);
            first = dropped.dropped + 1;
            yield dropped;
          } else {
            count--;
            yield line;
          }
        }
        read = true;
      } finally {
        // The caller may have had enough before the end.
        if (!read) run.stop();
      }
      const outcome = await run.ended;
      if (outcome === 0) break;
      if (outcome !== ENDLESS_EXIT_CODE) {
        throw new Error(`recording ${describe(recording)} failed (${outcome}): ${run.errors()}`);
      }
    }
    if (count > 0) throw new Error(`${describe(recording)} came to an end ${count} cases early`);
  }

  #start(args: readonly string[]): {
    readonly lines: AsyncIterable<string>;
    /** The exit code, or in words what else happened. */
    readonly ended: Promise<number | string>;
    readonly errors: () => string;
    readonly stop: () => void;
  } {
    const child = spawn(
      JAVA,
      [...JVM_OPTIONS, '-cp', this.#classPath, 'sluice.conformance.Recorder', ...args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: TIME_LIMIT,
        killSignal: 'SIGKILL',
      },
    );
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const ended = once(child, 'close').then(
      ([code, signal]) => code ?? `ended by ${signal}, after ${TIME_LIMIT} ms at most`,
      (error: unknown) => String(error),
    );
    return {
      lines: createInterface({ input: child.stdout }),
      ended,
      errors: () => errors.trim(),
      stop: () => child.kill('SIGKILL'),
    };
  }
}

function describe({ suite, count, seed }: Recording): string {
  return `${count} ${suite} cases of seed ${seed}`;
}

async function javac(args: readonly string[]): Promise<void> {
  try {
    // Explicit: under jest `process.env` is a copy, which a test may change.
    await promisify(execFile)('javac', [...args], { timeout: TIME_LIMIT, env: process.env });
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    throw new Error(
      code === 'ENOENT'
        ? 'recording needs a JDK, 17 or newer, and there is no javac on the PATH'
        : `javac failed: ${stderr || message}`,
      { cause: error },
    );
  }
}

/** The Java sources in a folder and in those below it, in an order of their own. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.java'))
    .sort()
    .map((name) => join(folder, name));
}
