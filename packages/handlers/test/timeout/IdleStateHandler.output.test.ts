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

describe('a peer that takes messages at its own pace', () => {
  /** Takes what the test says, when it says so. */
  class TakingChannel extends EmbeddedChannel {
    protected override doWrite(): void {}
    take(): void {
      this.outboundBuffer?.remove();
    }
    takeBytes(count: number): void {
      this.outboundBuffer?.removeBytes(count);
    }
  }

  test.each(['writerIdle', 'allIdle'] as const)(
    'is idle for %s only when it takes nothing for that time',
    (kind) => {
      const channel = new TakingChannel({ register: false, handlers: [] });
      const heard: IdleStateEvent[] = [];
      channel.freezeTime();
      channel.pipeline.addLast(new IdleStateHandler({ [kind]: 5000, observeOutput: true }), {
        userEventTriggered: (_ctx, event) => heard.push(event as IdleStateEvent),
      });
      channel.register();
      const state = kind === 'writerIdle' ? 'WRITER_IDLE' : 'ALL_IDLE';
      const pass = (seconds: number): void => {
        channel.advanceTimeBy(seconds * 1000);
        channel.runPendingTasks();
      };
      /** The events since the last look. */
      const events = (): string[] => heard.splice(0).map((event) => event.state);
      for (const size of [1, 1, 1, 5 * 1024]) channel.writeAndFlush(Buffer.alloc(size)).addListener(() => {});

      // Nothing is taken at first.
      pass(5);
      expect([heard[0]?.isFirst, events()]).toEqual([true, [state]]);
      // One message in 4 s, then 2 s of silence; one in 2 s, then 4 s.
      pass(4);
      channel.take();
      pass(2);
      expect(events()).toEqual([]);
      pass(2);
      channel.take();
      pass(4);
      expect(events()).toEqual([]);
      pass(5);
      expect(events()).toEqual([state]);
      pass(2);
      channel.take();
      pass(1);
      expect(events()).toEqual([]);
      // The large one, bit by bit: the first event after a write that completed comes all the same.
      for (let i = 0; i < 2; i++) {
        pass(2);
        channel.takeBytes(1024);
      }
      pass(1);
      expect(events()).toEqual([state]);
      for (let i = 0; i < 2; i++) {
        pass(2);
        channel.takeBytes(1024);
      }
      pass(1);
      expect(events()).toEqual([]);
      pass(2);
      channel.takeBytes(1024);
      expect(channel.outboundBuffer?.isEmpty).toBe(true);
      // Nothing is left to take.
      pass(5);
      expect(events()).toEqual([state]);
      channel.finish();
    },
  );
});
