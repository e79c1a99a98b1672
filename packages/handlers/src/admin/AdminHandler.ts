import {
  type ChannelHandlerContext,
  CLOSE,
  SimpleChannelInboundHandler,
  type SocketAddress,
} from '@sluice/core';
import type { AdminCommand, AdminOptions } from './AdminOptions.js';
import { builtIn } from './commands.js';
import { printable } from './describe.js';

/**
 * Administration by lines of text, for telnet or a script: `info`, `list`, `close <key>`, `help`, `quit` and commands of
 * your own; a colon before the command may be written or left out. The answer is lines, then an empty one. Commands can
 * be disabled, and by default only connections from this machine are served.
 *
 * It takes and writes strings, one for each line: see `adminInitializer` for the whole pipeline.
 */
export class AdminHandler extends SimpleChannelInboundHandler<string, string> {
  readonly #options: AdminOptions;
  readonly #commands: ReadonlyMap<string, AdminCommand>;

  /** Without options it knows this process only. */
  constructor(options: AdminOptions = {}) {
    super((message) => typeof message === 'string');
    this.#options = options;
    this.#commands = new Map(Object.entries({ ...builtIn(options), ...options.commands }));
  }

  protected override async channelRead0(
    ctx: ChannelHandlerContext<never, string>,
    line: string,
  ): Promise<void> {
    if (!(this.#options.allow ?? isLocal)(ctx.channel.remoteAddress)) {
      ctx.writeAndFlush('refused: administration is for connections from this machine').addListener(CLOSE);
      return;
    }
    const [name = '', ...words] = line.trim().replace(/^:/, '').split(/\s+/);
    if (name === 'quit') {
      ctx.writeAndFlush('bye').addListener(CLOSE);
      return;
    }
    for (const answer of await this.#answer(name, words)) ctx.write(printable(answer));
    ctx.writeAndFlush('');
  }

  async #answer(name: string, words: readonly string[]): Promise<readonly string[]> {
    if (this.#options.disabled?.includes(name)) return [`refused: ${name} is disabled`];
    if (name === 'help') return this.#help();
    const command = this.#commands.get(name);
    if (command === undefined) return [`unknown command: ${name.slice(0, 40)}; try help`];
    try {
      const answer = await command.run(words);
      return typeof answer === 'string' ? answer.split('\n') : answer;
    } catch (error) {
      return [`failed: ${String(error)}`];
    }
  }

  #help(): string[] {
    const { disabled = [] } = this.#options;
    const lines = Array.from(this.#commands, ([name, { help }]) =>
      disabled.includes(name) ? `${name}: disabled` : help,
    );
    return [...lines, 'help: this', 'quit: ends the connection'];
  }
}

/** A loopback address, a Unix socket or a channel within the process. */
function isLocal(peer: SocketAddress | null): boolean {
  if (peer === null || !('host' in peer)) return true;
  return /^(::ffff:)?127\./.test(peer.host) || peer.host === '::1';
}
