import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { now } from '../clock.js';
import type { Entry } from './EventLog.js';

/** What a person with `nc` does: connects to a line port, types lines, reads lines. Chat is reported as `heard`. */
export class Person {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #lines: string[] = [];

  constructor(name: string, port: number, onEntry: (entry: Entry) => void) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    createInterface({ input: this.#socket }).on('line', (line) => {
      this.#lines.push(line);
      const said = /^([^\s:]+): (.*)$/.exec(line);
      if (line === `You are ${name}.`) {
        onEntry({ who: name, at: now(), what: { event: 'online', server: 'its line port' } });
      } else if (said !== null) {
        const [, from = '', text = ''] = said;
        onEntry({ who: name, at: now(), what: { event: 'heard', from, text } });
      }
    });
    this.type(`:name ${name}`);
  }

  /** The last line read. */
  get lastLine(): string | undefined {
    return this.#lines.at(-1);
  }

  type(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  hangUp(): void {
    this.#socket.destroy();
  }
}
