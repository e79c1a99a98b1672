import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { LineBasedFrameDecoder, LineEncoder, StringDecoder } from '@sluice/codec';
import type { AnyChannelHandler } from '@sluice/core';
import type { HeartbeatCodec, HeartbeatOptions } from '@sluice/handlers';

/** Messages are lines; pings are `ping 7`, pongs `pong 7`. The server program knows them too. */
export const codec: Required<Omit<HeartbeatCodec<string>, 'dataOf'>> = {
  ping: ({ nonce }) => `ping ${nonce}`,
  pong: (ping) => ping.replace('ping', 'pong'),
  isPing: (line) => String(line).startsWith('ping '),
  isPong: (line) => String(line).startsWith('pong '),
  nonceOf: (pong) => Number(pong.slice(5)),
};

/** Handlers between bytes and lines. */
export function lineHandlers(): AnyChannelHandler[] {
  return [new LineBasedFrameDecoder({ maxLength: 1000 }), new StringDecoder(), new LineEncoder()];
}

/** What a server process reports. */
export interface Report {
  readonly port?: number;
  readonly online?: number;
  readonly offline?: number;
  readonly dead?: number;
}

/** A server in a process of its own. */
export class ServerProcess {
  readonly reports: Report[] = [];
  readonly #child: ChildProcess;
  readonly #arrived = new EventEmitter();
  port = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (report: Report) => {
      this.reports.push(report);
      this.#arrived.emit('report');
    });
  }

  /** Starts one whose `HeartbeatHandler` has these options, on a port of the system's choice or the given one. */
  static async start(options: Partial<HeartbeatOptions>, port = 0): Promise<ServerProcess> {
    const program = join(__dirname, 'programs/server.mjs');
    const server = new ServerProcess(fork(program, [JSON.stringify(options), String(port)]));
    await server.until(() => server.reports.length > 0);
    server.port = server.reports[0]?.port as number;
    return server;
  }

  /** Resolves when a report makes `condition` true. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#arrived, 'report');
  }

  count(what: keyof Report): number {
    return this.reports.filter((report) => what in report).length;
  }

  freeze(): void {
    this.#child.kill('SIGSTOP');
  }
  thaw(): void {
    this.#child.kill('SIGCONT');
  }
  /** Ends it without a farewell. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
