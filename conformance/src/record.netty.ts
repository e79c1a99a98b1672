import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The line of Netty releases, which decides about the one class that the recorder has for each. */
type Line = '4.1' | '4.2';

/** What `--netty 4.2` and `--netty 4.1` stand for: the reference, and the second set. */
const DEFAULT_VERSIONS: Readonly<Record<Line, string>> = { '4.1': '4.1.48', '4.2': '4.2.20' };

/** How long Maven may take to fetch the jars, in ms. */
const DOWNLOAD_LIMIT = 300_000;

/** The jars of Debian's `libnetty-java` and its one dependency: Netty 4.1.48. */
const DEBIAN_JARS: readonly string[] = [
  ...['buffer', 'codec', 'common', 'handler', 'resolver', 'transport'].map((part) => `netty-${part}`),
  'jctools-core',
].map((name) => `/usr/share/java/${name}.jar`);
const DEBIAN_VERSION = '4.1.48';

/** A Netty release to record from, and where its jars are. */
export class NettyRelease {
  readonly line: Line;
  /** For instance `4.2.20`. */
  readonly version: string;
  readonly #conformance: string;

  /**
   * @param name A release (`4.2.20`), or a line (`4.2`) for the release whose recordings the repository holds.
   * @param conformance The folder `conformance` of the repository.
   * @throws Error if it is no release of Netty 4.1 or 4.2.
   */
  constructor(name: string, conformance: string) {
    const line = /^(4\.[12])(\.\d+)?$/.exec(name)?.[1] as Line | undefined;
    if (line === undefined) {
      throw new Error(`"${name}" is no Netty release to record from: give 4.2, 4.1, or one such as 4.2.20`);
    }
    this.line = line;
    this.version = name === line ? DEFAULT_VERSIONS[line] : name;
    this.#conformance = conformance;
  }

  /** The files without which its jars would have to be fetched first, in the form `requiresProgram` takes. */
  get requirements(): readonly string[] {
    return this.#isDebians ? DEBIAN_JARS : [join(this.#folder, 'netty-transport-*.jar')];
  }

  /**
   * The jars for the class path. Debian's serve where they are installed, so that the second set needs no download;
   * any other release comes from Maven, once, into a folder that git ignores.
   *
   * @throws Error if there are none and Maven is missing or does not find the release.
   */
  async jars(): Promise<readonly string[]> {
    if (this.#isDebians && DEBIAN_JARS.every((jar) => existsSync(jar))) return DEBIAN_JARS;
    const found = this.#jarsInFolder();
    if (found.length > 0) return found;
    await this.#download();
    return this.#jarsInFolder();
  }

  get #isDebians(): boolean {
    return this.version === DEBIAN_VERSION;
  }

  get #folder(): string {
    return join(this.#conformance, '.cache', `netty-${this.version}.Final`);
  }

  #jarsInFolder(): string[] {
    if (!existsSync(this.#folder)) return [];
    const jars = readdirSync(this.#folder).filter((name) => name.endsWith('.jar'));
    return jars.sort().map((name) => join(this.#folder, name));
  }

  async #download(): Promise<void> {
    const pom = join(this.#conformance, 'recorder', 'pom.xml');
    const goal = [
      '-q',
      '-B',
      '-f',
      pom,
      `-Dnetty.version=${this.version}.Final`,
      'dependency:copy-dependencies',
    ];
    try {
      // Explicit: under jest `process.env` is a copy, which a test may change.
      await promisify(execFile)('mvn', goal, { timeout: DOWNLOAD_LIMIT, env: process.env });
    } catch (error) {
      const { code, message, stdout } = error as NodeJS.ErrnoException & { stdout?: string };
      const why =
        code === 'ENOENT'
          ? 'there is no mvn on the PATH: install Maven'
          : `Maven did not fetch it: ${stdout?.trim() || message}`;
      throw new Error(`Netty ${this.version} is not in ${this.#folder}, and ${why}`, { cause: error });
    }
  }
}
