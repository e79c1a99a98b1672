import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { PeerResult } from './PeerResult.js';

/** One running Netty. It ends by itself after its connection, or with its standard input. */
export class NettyProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #lines: string[] = [];
  readonly #waiting: (() => void)[] = [];
  #over = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output as NodeJS.ReadableStream }).on('line', (line) => {
        this.#lines.push(line);
        this.#wake();
      });
    }
    this.#exited = once(child, 'close').then(
      () => this.#end(),
      (error: Error) => {
        this.#lines.push(String(error));
        this.#end();
      },
    );
  }

  #end(): void {
    this.#over = true;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The rest of the first line that starts with `prefix`; fails with all output if the process ends without it. */
  async #lineAfter(prefix: string, keep: boolean): Promise<string> {
    for (;;) {
      const line = this.#lines.find((text) => text.startsWith(prefix));
      if (line !== undefined) return keep ? line : line.slice(prefix.length);
      if (this.#over) throw new Error(`Netty ended without "${prefix}":\n${this.#lines.join('\n')}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The port a server listens on. */
  async port(): Promise<number> {
    return Number(await this.#lineAfter('LISTENING ', false));
  }

  /** What it reports at its end. */
  async result(): Promise<PeerResult> {
    const line = await this.#lineAfter('{', true);
    await this.#exited;
    return JSON.parse(line) as PeerResult;
  }

  /** Ends it if it still runs. */
  async stop(): Promise<void> {
    if (!this.#over) this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
