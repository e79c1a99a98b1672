import { ChannelInitializer, ChannelOption, type DuplexChannel, EmbeddedChannel } from '@sluice/core';
import { ContractHandler, channelPair, RecordingHandler } from '@sluice/testing';

const bytes = (recorder: RecordingHandler): string =>
  recorder
    .named('channelRead')
    .map(([, message]) => String(message))
    .join('|');

/** Recorders at both ends, with a contract handler in front. */
function recorded(options?: Parameters<typeof channelPair>[2]) {
  const recorders = [new RecordingHandler(), new RecordingHandler()] as const;
  const [a, b] = channelPair(
    (channel) => channel.pipeline.addLast(new ContractHandler(), recorders[0], { channelRead: () => {} }),
    ChannelInitializer.of((channel) =>
      channel.pipeline.addLast(new ContractHandler(), recorders[1], { channelRead: () => {} }),
    ),
    options,
  );
  return { a, b, atA: recorders[0], atB: recorders[1] };
}

test('both are registered and active; what one writes the other reads', async () => {
  const { a, b, atA, atB } = recorded();
  expect([a.isActive, b.isActive, a.isRegistered]).toEqual([true, true, true]);
  expect([a.remoteAddress, b.localAddress]).toEqual([b.localAddress, a.remoteAddress]);
  await a.writeAndFlush(Buffer.from('ping'));
  await atB.next('channelRead');
  await b.writeAndFlush(Buffer.from('pong'));
  await atA.next('channelRead');
  expect([bytes(atB), bytes(atA)]).toEqual(['ping', 'pong']);
  await a.close();
  await atB.next('handlerRemoved');
  expect([a.isOpen, b.isOpen]).toEqual([false, false]);
  expect([...atA.named('exceptionCaught'), ...atB.named('exceptionCaught')]).toEqual([]);
});

test('chunkSize feeds byte by byte', async () => {
  const { a, atB } = recorded({ chunkSize: 1 });
  a.writeAndFlush(Buffer.from('abc'));
  for (let i = 0; i < 3; i++) await atB.next('channelRead');
  expect(bytes(atB)).toBe('a|b|c');
  await a.close();
});

test('half-closure', async () => {
  const { a, b, atA, atB } = recorded();
  b.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  await (a as DuplexChannel).shutdownOutput();
  await atB.next('userEventTriggered');
  await b.writeAndFlush(Buffer.from('still'));
  await atA.next('channelRead');
  await b.close();
  await a.closeFuture;
});

test('an initializer that fails closes both', async () => {
  const [a, b] = channelPair(
    () => {
      throw new Error('no');
    },
    () => {},
  );
  await Promise.all([a.closeFuture, b.closeFuture]);
  expect(a).not.toBeInstanceOf(EmbeddedChannel);
});
