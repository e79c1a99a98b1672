import { once } from 'node:events';
import { connect } from 'node:net';
import { FixedLengthFrameDecoder } from '@sluice/codec';
import { type HandlerOrInit, ServerBootstrap } from '@sluice/core';
import {
  ActivityHandler,
  adminInitializer,
  ChannelRegistry,
  CloseReasonHandler,
  CloseStatistics,
  detectPrefix,
  ProtocolDetectionHandler,
} from '@sluice/handlers';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(child: HandlerOrInit): Promise<number> {
  const server = await new ServerBootstrap().childHandler(child).bind({ host: '127.0.0.1', port: 0 });
  closing.push(() => server.close());
  return (server.localAddress as { port: number }).port;
}

/** Sends text and gives everything that came until the connection ended. */
async function talk(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  closing.push(() => socket.destroy());
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

test('administration shares the port of a binary protocol', async () => {
  const channels = new ChannelRegistry();
  const closed = new CloseStatistics();
  const admin = adminInitializer({ channels, closed, disabled: ['close'] });
  const port = await serve((channel) => {
    channel.pipeline.addLast(
      new ProtocolDetectionHandler({
        protocols: [
          { detect: detectPrefix(':'), install: admin },
          {
            detect: detectPrefix(Uint8Array.of(0xda)),
            install: (child) => {
              child.pipeline.addLast(new CloseReasonHandler(), new ActivityHandler());
              child.pipeline.addLast(
                channels.handler(),
                closed.handler(),
                new FixedLengthFrameDecoder({ frameLength: 4 }),
                {
                  channelRead: (ctx, frame) => ctx.writeAndFlush(frame),
                },
              );
            },
          },
        ],
      }),
    );
  });
  const client = connect(port, '127.0.0.1');
  closing.push(() => client.destroy());
  const hello = Buffer.from('da010203', 'hex');
  client.write(hello);
  expect(await once(client, 'data')).toEqual([hello]);

  const key = `127.0.0.1:${client.localPort}`;
  const lines = (await talk(port, `:info ${key}\r\n:close ${key}\r\nnonsense\r\n:info\r\nquit\r\n`)).split(
    '\r\n',
  );
  expect(lines[0]).toMatch(
    new RegExp(`^${key}: up \\d+ ms, last read \\d+ ms ago, last write \\d+ ms ago, pending 0 B$`),
  );
  expect(lines.slice(1, 5)).toEqual([
    '',
    'refused: close is disabled',
    '',
    'unknown command: nonsense; try help',
  ]);
  expect(lines.slice(-6)).toEqual([
    'opened 1, closed 0',
    'connections 1',
    expect.stringContaining(key),
    '',
    'bye',
    '',
  ]);

  client.end();
  await once(channels, 'removed');
  expect([...closed]).toEqual([['fin', 1]]);
  expect(await talk(port, 'junk')).toBe('');
});

test('a line that never ends does not fill the memory', async () => {
  const port = await serve(adminInitializer());
  expect(await talk(port, 'x'.repeat(3000))).toBe('');
});
