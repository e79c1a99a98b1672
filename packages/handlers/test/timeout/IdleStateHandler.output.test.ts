import { ByteBuf, EmbeddedChannel, type OutboundBuffer } from '@sluice/core';
import { IdleStateEvent, IdleStateHandler } from '@sluice/handlers';

/** Takes as many bytes as `quota` says. */
class SlowChannel extends EmbeddedChannel {
  quota = 0;
  protected override doWrite(buffer: OutboundBuffer): void {
    const taken = this.quota;
    this.quota = 0;
    buffer.removeBytes(taken);
  }
}

function slowChannel(observeOutput: boolean) {
  const channel = new SlowChannel({ register: false, handlers: [] });
  channel.freezeTime();
  const start = channel.eventLoop.now;
  const heard: string[] = [];
  channel.pipeline.addLast(new IdleStateHandler({ writerIdle: 100, observeOutput }), {
    userEventTriggered(_ctx, event) {
      if (!(event instanceof IdleStateEvent)) return;
      heard.push(`${Math.round(channel.eventLoop.now - start)}${event.isFirst ? ' first' : ''}`);
    },
  });
  channel.register();
  const drain = (bytes: number): void => {
    channel.quota = bytes;
    channel.flush();
  };
  return { channel, heard, drain };
}

test.each([
  ['Buffer', (size: number) => Buffer.alloc(size)],
  ['ByteBuf', (size: number) => ByteBuf.wrap(Buffer.alloc(size))],
])('a write of a %s that drains slowly counts as output, but for the first event', (_name, bytes) => {
  const { channel, heard, drain } = slowChannel(true);
  channel.writeAndFlush(bytes(100)).addListener(() => {});
  channel.elapse(50);
  drain(10);
  channel.elapse(50); // 100: the first event is fired all the same
  drain(10);
  channel.elapse(100); // 200: moved since
  drain(10);
  channel.elapse(100); // 300: moved since
  channel.elapse(100); // 400: stands
  drain(70);
  channel.elapse(100); // 500: done at 400, a silence of its own, which begins anew
  expect(heard).toEqual(['100 first', '400', '500 first']);
  channel.finish();
});

test('without observeOutput it is as silent as none', () => {
  const { channel, heard, drain } = slowChannel(false);
  channel.writeAndFlush(Buffer.alloc(100)).addListener(() => {});
  for (let i = 0; i < 3; i++) {
    channel.elapse(99);
    drain(10);
    channel.elapse(1);
  }
  expect(heard).toEqual(['100 first', '200', '300']);
  channel.finish();
});

test('a write that is queued meanwhile counts as a change', () => {
  const { channel, heard } = slowChannel(true);
  channel.writeAndFlush(Buffer.alloc(100)).addListener(() => {});
  channel.elapse(200);
  channel.write(Buffer.alloc(5)).addListener(() => {});
  channel.elapse(200);
  expect(heard).toEqual(['100 first', '200', '400']);
  channel.finish();
});
