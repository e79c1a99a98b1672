import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { NettyProcess } from './NettyProcess.js';
import type { RunOptions } from './SluicePeer.js';

const JAVA = 'java';
const JAVAC = 'javac';
const SOURCES = join(__dirname, '..', 'java');
const JARS = [
  ...['buffer', 'codec', 'common', 'handler', 'resolver', 'transport'].map((part) => `netty-${part}`),
  'jctools-core',
].map((name) => `/usr/share/java/${name}.jar`);
/** For a start in half a second rather than for speed later on. */
const JVM_OPTIONS = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xmx256m',
  '-Dio.netty.leakDetection.level=disabled',
];

/** The Java side of the tests, compiled against Debian's Netty. */
export class NettyProgram {
  /** What it takes: programs, and files by their path. */
  static readonly REQUIREMENTS: readonly string[] = [JAVA, JAVAC, ...JARS];
  readonly #classes: string;
  readonly #processes: NettyProcess[] = [];

  private constructor(classes: string) {
    this.#classes = classes;
  }

  /** Compiles into a folder of its own, which `dispose` removes. */
  static async compile(): Promise<NettyProgram> {
    const classes = await mkdtemp(join(tmpdir(), 'sluice-interop-'));
    const sources = (await readdir(SOURCES)).map((name) => join(SOURCES, name));
    await promisify(execFile)(JAVAC, ['-cp', JARS.join(delimiter), '-d', classes, ...sources]);
    return new NettyProgram(classes);
  }

  /** Starts a server (port 0: a free one), or a client that connects to `port`. */
  start(role: 'server' | 'client', port: number, options: RunOptions): NettyProcess {
    const { framing, ownSeed, peerSeed, count, maxBytes } = options;
    const classPath = [this.#classes, ...JARS].join(delimiter);
    const run = [role, port, framing, ownSeed, peerSeed, count, maxBytes].map(String);
    const started = new NettyProcess(spawn(JAVA, [...JVM_OPTIONS, '-cp', classPath, 'NettyPeer', ...run]));
    this.#processes.push(started);
    return started;
  }

  /** Ends the processes that still run. */
  async stopAll(): Promise<void> {
    await Promise.all(this.#processes.splice(0).map((started) => started.stop()));
  }

  async dispose(): Promise<void> {
    await this.stopAll();
    await rm(this.#classes, { recursive: true, force: true });
  }
}
