import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  LineBasedFrameDecoder,
  LineEncoder,
  LineSeparator,
  StringDecoder,
  TooLongFrameException,
} from '@sluice/codec';
import {
  type AnyChannelHandler,
  CLOSE,
  ServerBootstrap,
  type ServerSocketChannel,
  shutdownGracefully,
} from '@sluice/core';
import { requiresProgram } from '../../test/support/requiresProgram.js';

const HOST = '127.0.0.1';

/** Answers each line; `:info` counts them, `:q` ends the conversation. */
function conversation(): AnyChannelHandler {
  let lines = 0;
  return {
    channelRead(ctx, line: string) {
      lines++;
      if (line === ':q') ctx.writeAndFlush('bye').addListener(CLOSE);
      else if (line === ':info') ctx.writeAndFlush(`line ${lines}`);
      else ctx.writeAndFlush(`you said ${line} (${line.length})`);
    },
    exceptionCaught(ctx, cause) {
      ctx.writeAndFlush(cause instanceof TooLongFrameException ? 'too long' : String(cause));
    },
  };
}

// The one of OpenBSD, for -N: it ends its side when its standard input ends.
requiresProgram('nc')('nc and a Sluice server that speaks lines', () => {
  let server: ServerSocketChannel;
  let nc: ChildProcessWithoutNullStreams;
  let exited: Promise<unknown[]>;
  let output: string;

  beforeEach(async () => {
    server = await new ServerBootstrap()
      .childHandler((channel) => {
        channel.pipeline.addLast(
          new LineBasedFrameDecoder({ maxLength: 64 }),
          new StringDecoder(),
          new LineEncoder({ separator: LineSeparator.UNIX }),
          conversation(),
        );
      })
      .bind({ host: HOST, port: 0 });
    const { port } = server.localAddress as { port: number };
    nc = spawn('nc', ['-N', HOST, String(port)]);
    exited = once(nc, 'close');
    output = '';
    nc.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  });
  afterEach(async () => {
    if (nc.exitCode === null) nc.kill('SIGKILL');
    await exited;
    await shutdownGracefully(server, { timeout: 1000 });
  });

  async function answer(text: string): Promise<void> {
    while (!output.includes(text)) await once(nc.stdout, 'data');
  }

  test("printf 'hello\\n:info\\n:q\\n' | nc", async () => {
    nc.stdin.end('hello\n:info\n:q\n');
    expect(await exited).toEqual([0, null]);
    expect(output).toBe('you said hello (5)\nline 2\nbye\n');
  });

  test('lines that come in parts, a character that comes in two, both ends of line, an empty line', async () => {
    const euro = Buffer.from('€');
    nc.stdin.write('first\r\nsec');
    await answer('you said first (5)\n');
    nc.stdin.write(Buffer.concat([Buffer.from('ond\n:info\n5'), euro.subarray(0, 1)]));
    await answer('line 3\n');
    nc.stdin.end(Buffer.concat([euro.subarray(1), Buffer.from('\n\nnot a line')]));
    expect(await exited).toEqual([0, null]);
    expect(output).toBe('you said first (5)\nyou said second (6)\nline 3\nyou said 5€ (2)\nyou said  (0)\n');
  });

  test('a line that is too long is answered and does not disturb the next', async () => {
    nc.stdin.end(`${'x'.repeat(65)}\n${'y'.repeat(64)}\n`);
    expect(await exited).toEqual([0, null]);
    expect(output).toBe(`too long\nyou said ${'y'.repeat(64)} (64)\n`);
  });
});
