import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type Channel,
  childrenOf,
  DefaultChannelGroup,
  ServerBootstrap,
  shutdownGracefully,
} from '@sluice/core';
import { CLOSE_REASON, CloseReasonHandler, DRAIN, DrainHandler, drain } from '@sluice/handlers';
import { lineHandlers } from './support.js';

const CALLS = 50;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server that answers a line when told to, and who waits for an answer. */
async function slowServer() {
  const waiting: (() => void)[] = [];
  const reasons: unknown[] = [];
  const channels = new DefaultChannelGroup();
  const server = await new ServerBootstrap()
    .childHandler((channel) => {
      channels.add(channel);
      const goAway = ({ after }: { after: number }): string => `go away, back after ${after}`;
      channel.pipeline.addLast(
        new CloseReasonHandler(),
        ...lineHandlers(),
        new DrainHandler({ goAway, linger: 0 }),
        {
          channelRead(ctx, line) {
            ctx.attr(DRAIN).get()?.busy();
            waiting.push(() => {
              ctx.writeAndFlush(`answer to ${line}`);
              ctx.attr(DRAIN).get()?.done();
            });
          },
          channelInactive: () => reasons.push(channel.attr(CLOSE_REASON).get()?.kind),
        },
      );
    })
    .bind({ host: '127.0.0.1', port: 0 });
  closing.push(() => server.close());
  return { server, channels, waiting, reasons };
}

/** A client with calls under way on it; `lines` grows. */
async function calling(server: Channel, calls: number) {
  const socket = connect((server.localAddress as { port: number }).port, '127.0.0.1');
  closing.push(() => socket.destroy());
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = once(socket, 'end');
  for (let i = 0; i < calls; i++) socket.write(`call ${i}\n`);
  return { socket, ended, lines: () => text.trimEnd().split('\n') };
}

test.each([
  ['shutdownGracefully', (server: Channel) => shutdownGracefully(server)],
  ['drain', (_server: Channel, channels: DefaultChannelGroup) => drain(channels, { spread: 100 })],
])('%s: the client is told at once, its 50 calls are answered, and then it ends', async (_name, end) => {
  const { server, channels, waiting, reasons } = await slowServer();
  const client = await calling(server, CALLS);
  while (waiting.length < CALLS) await new Promise(setImmediate);
  const over = end(server, channels);
  await once(client.socket, 'data');
  expect(client.lines()[0]).toMatch(/^go away, back after \d+$/);
  for (const answer of waiting) answer();
  await client.ended;
  await over;
  expect(client.lines().slice(1)).toEqual(Array.from({ length: CALLS }, (_, i) => `answer to call ${i}`));
  expect([reasons, channels.size, childrenOf(server).size]).toEqual([['draining'], 0, 0]);
});

test('a call that is never answered ends with the grace', async () => {
  const { server, channels, waiting, reasons } = await slowServer();
  const client = await calling(server, 1);
  while (waiting.length < 1) await new Promise(setImmediate);
  await drain(channels, { grace: 60 });
  await client.ended;
  expect(reasons).toEqual(['draining']);
});
