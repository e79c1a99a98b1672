import { type AnyChannelHandler, ChannelInitializer, EmbeddedChannel } from '@sluice/core';
import {
  CLOSE_REASON,
  detectPrefix,
  ProtocolDetectionHandler,
  type ProtocolDetectionOptions,
} from '@sluice/handlers';

/** A protocol whose handler tells what it gets. */
function told(name: string, heard: string[]): AnyChannelHandler {
  return ChannelInitializer.of((channel) => {
    channel.pipeline.addLast({
      channelActive: () => heard.push(`${name} active`),
      channelRead: (_ctx, message) => heard.push(`${name} ${message}`),
    });
  });
}

function detecting(options: Partial<ProtocolDetectionOptions> = {}) {
  const heard: string[] = [];
  const protocols = [
    { detect: detectPrefix('GET /'), install: told('http', heard) },
    { detect: detectPrefix(':'), install: told('admin', heard) },
    { detect: detectPrefix(Uint8Array.of(0xda, 0xbb)), install: told('rpc', heard) },
  ];
  const channel = new EmbeddedChannel(new ProtocolDetectionHandler({ protocols, timeout: 500, ...options }));
  channel.freezeTime();
  channel.elapse(0);
  const send = (...chunks: string[]): void => {
    for (const chunk of chunks) channel.writeInbound(Buffer.from(chunk, 'latin1'));
  };
  return { channel, heard, send };
}
const reasonOf = (channel: EmbeddedChannel) => channel.attr(CLOSE_REASON).get();

test('the protocol gets all bytes, and hears that the channel is active before', () => {
  const { channel, heard, send } = detecting();
  send(':info\n');
  send('more');
  expect(heard).toEqual(['admin active', 'admin :info\n', 'admin more']);
  expect([...channel.pipeline.names()]).toHaveLength(1);
  channel.elapse(10_000);
  expect(channel.isOpen).toBe(true);
  channel.close();
});

test('bytes come one by one', () => {
  const { channel, heard, send } = detecting();
  send('G', 'E', 'T', ' ');
  expect(heard).toEqual([]);
  send('/', 'x');
  expect(heard).toEqual(['http active', 'http GET /', 'http x']);
  channel.close();
});

test('bytes of no protocol end the connection at once, without an answer', () => {
  const { channel, heard, send } = detecting();
  send('\xda', '\xbc more');
  expect([channel.isOpen, heard, channel.outboundMessages]).toEqual([false, [], []]);
  expect(reasonOf(channel)).toMatchObject({ kind: 'protocol', cause: { code: 'ERR_PROTOCOL_DETECTION' } });
  expect(reasonOf(channel)?.cause?.message).toContain('dabc206d6f7265');
});

test('an earlier one that is not sure yet goes before a later one, up to the limit', () => {
  const heard: string[] = [];
  const patient = { detect: detectPrefix('aaaa'), install: told('patient', heard) };
  const quick = { detect: detectPrefix('a'), install: told('quick', heard) };
  const first = detecting({ protocols: [patient, quick], limit: 3 });
  first.send('aa');
  expect(heard).toEqual([]);
  first.send('a');
  expect(heard).toEqual(['quick active', 'quick aaa']);
  first.channel.close();
});

test('who says nothing, or too little, is closed in time', () => {
  const { channel, send } = detecting();
  channel.elapse(250);
  send('GE');
  channel.elapse(249);
  expect(channel.isOpen).toBe(true);
  channel.elapse(1);
  expect(reasonOf(channel)).toMatchObject({ kind: 'idle', cause: { code: 'ERR_FIRST_MESSAGE_TIMEOUT' } });
});

test('with a fallback nobody is closed', () => {
  const heard: string[] = [];
  const other = detecting({ fallback: told('other', heard) });
  other.send('hello');
  const silent = detecting({ fallback: (channel) => void channel.pipeline.addLast(told('silent', heard)) });
  silent.send('G');
  silent.channel.elapse(500);
  silent.send('H');
  expect(heard).toEqual(['other active', 'other hello', 'silent active', 'silent G', 'silent H']);
  other.channel.close();
  silent.channel.close();
});

test('a connection that ends undecided installs nothing', () => {
  const { channel, heard, send } = detecting();
  send('GE');
  channel.close();
  channel.checkException();
  expect(heard).toEqual([]);
  expect(() => detectPrefix('')).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  expect(() => new ProtocolDetectionHandler({ protocols: [], limit: 0 })).toThrow(RangeError);
});
