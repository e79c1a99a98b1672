import { type ChildProcess, fork } from 'node:child_process';
import { now } from '../clock.js';
import type { Order, Report } from '../ipc.js';

/** How a process ended: its exit code, or the signal that killed it. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** One process of the service. */
export class Child {
  readonly name: string;
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  #exit: Exit | undefined;
  #frozen = false;

  constructor(name: string, script: URL, settings: object, onReport: (child: Child, report: Report) => void) {
    this.name = name;
    // Standard input stays with the launcher; what a process prints, a warning or a crash, is shown as it is.
    this.#process = fork(script, [JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', (report) => onReport(this, report as Report));
    this.exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#exit ??= { code, signal };
        resolve(this.#exit);
      };
      this.#process.once('exit', ended);
      this.#process.once('error', () => this.pid === undefined && ended(1, null));
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }
  get isRunning(): boolean {
    return this.#exit === undefined;
  }
  get isFrozen(): boolean {
    return this.#frozen;
  }

  /** Gives an order; one to a process that has ended is dropped. */
  order(order: Order): void {
    if (this.#process.connected) this.#process.send(order, () => {});
  }

  /** `kill -9`: no good-bye, no flush. Returns when, on the shared clock. */
  kill(): number {
    const at = now();
    this.#process.kill('SIGKILL');
    return at;
  }

  /** SIGSTOP: the process exists, its sockets are open, and it does nothing. */
  freeze(): number {
    this.#frozen = true;
    const at = now();
    this.#process.kill('SIGSTOP');
    return at;
  }

  thaw(): number {
    this.#frozen = false;
    const at = now();
    this.#process.kill('SIGCONT');
    return at;
  }

  /** Asks the process to end; `kill -9` after `patience` ms. */
  async stop(patience: number): Promise<Exit> {
    if (this.#frozen) this.thaw();
    this.order({ order: 'stop' });
    const timer = setTimeout(() => this.kill(), patience);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }
}
