/** What must compile: a pipeline of every kind of handler, and what its end then knows. */
import {
  ByteBuf,
  type Channel,
  ChannelInitializer,
  CombinedChannelDuplexHandler,
  EmbeddedChannel,
  type FramedMessage,
  handler,
  type PipelineInitializer,
  passThrough,
  pipeline,
  pipelineOf,
  serial,
} from '@sluice/core';
import { assertType, type Equal } from '../support/assertType.js';
import * as s from '../support/sample.js';

type UpOf<P> = P extends PipelineInitializer<infer Up, never, unknown> ? Up : 'no';
type DownOf<P> = P extends PipelineInitializer<unknown, infer Down, unknown> ? Down : 'no';

// Twelve handlers: duplex, select, pass-through, sharable, generic, with names and without.
const log = new s.Log();
const orders = pipeline()
  .addLast('idle', () => new s.Idle(30))
  .addLast('log', log)
  .addLast('frame', () => new s.FrameCodec())
  .addLast(log)
  .addLast(() => new s.FrameToString())
  .addLast(() => new s.StringToFrame())
  .addLast(() => new s.Heartbeat())
  .addLast('json', () => new s.JsonCodec<s.Order, s.Ack>())
  .addLast(log)
  .addLast(() => new s.OrderFilter())
  .addLast(() => new s.OrderFilter())
  .addLast('service', () => new s.OrderService())
  .build();
assertType<Equal<UpOf<typeof orders>, never>>();
assertType<Equal<DownOf<typeof orders>, s.Ack>>();

// It is a handler and an initializer like any other.
const initializer: ChannelInitializer = orders;
const channel: Channel = new EmbeddedChannel(orders);
channel.pipeline.addLast('more', initializer).remove(initializer);

// The end knows its types; the full, untyped interface is still there.
const tail = orders.tail(channel);
const service: s.OrderService = tail.get('service');
const json: s.JsonCodec<s.Order, s.Ack> = tail.get('json');
const shared: s.Log = tail.get('log');
tail.write({ ack: service.seen.length });
tail.writeAndFlush({ ack: 2 });
tail.send({ ack: 3 }).catch(() => {});
tail.pipeline.replace('idle', 'idle2', new s.Idle(1)).isSharable;
tail.channel.write('anything');
export const found: readonly unknown[] = [json, shared];

// A socket's bytes, in any shape.
const bare = pipeline().build();
assertType<Equal<UpOf<typeof bare>, Buffer>>();
assertType<Equal<DownOf<typeof bare>, Uint8Array | ByteBuf | FramedMessage>>();
bare.tail(channel).write(Buffer.of(1));
bare.tail(channel).write(ByteBuf.from(Buffer.of(1)));

// Messages that come out at the end are read with their type.
export const reading = pipeline()
  .addLast(() => new s.FrameCodec())
  .addLast(() => new s.FrameToString())
  .build((end) => {
    assertType<Equal<ReturnType<typeof end.inbound>, AsyncIterableIterator<string>>>();
    void (async () => {
      for await (const text of end.inbound({ highWaterMark: 4 }))
        await end.send(new s.Frame(Buffer.from(text)));
    })();
  });

// The variadic form.
const variadic = pipelineOf(
  () => new s.Idle(1),
  () => new s.FrameCodec(),
  log,
  () => new s.FrameToString(),
  () => new s.StringToFrame(),
  () => new s.Heartbeat(),
  () => new s.JsonCodec<s.Order, s.Ack>(),
  () => new s.OrderFilter(),
  () => new s.OrderService(),
);
assertType<Equal<DownOf<typeof variadic>, s.Ack>>();
assertType<Equal<UpOf<typeof variadic>, never>>();

// A generic handler takes its type argument from its place.
const text = pipeline()
  .addLast(() => new s.FrameCodec())
  .addLast(() => new s.FrameToString())
  .addLast(() => new s.StringToFrame());
const bulk = text
  .addLast(() => new s.JsonCodec<s.Order, s.Ack>())
  .addLastAt('batch', (at) => new s.Batcher(at, 3))
  .addLast(() => new s.OrdersInBulk())
  .build();
assertType<Equal<ReturnType<typeof batchOf>, s.Batcher<s.Order>>>();
export function batchOf(of: Channel): s.Batcher<s.Order> {
  return bulk.tail(of).get('batch');
}

// Unions: a SimpleChannelInboundHandler takes its part out; what encoders let through may be written as it is.
const union = text
  .addLast(() => new s.PingOrOrder())
  .addLast(() => new s.PingResponder())
  .build();
assertType<Equal<UpOf<typeof union>, s.Order>>();
assertType<Equal<DownOf<typeof union>, string | s.Frame>>();

// An outbound handler that takes one type only.
const acks = text.addLast(() => new s.AckEncoder()).addLast(() => new s.PingOrOrder());
assertType<Equal<DownOf<ReturnType<typeof acks.build>>, s.Ack>>();

// Plain objects.
const shout = handler<string, string>({
  isSharable: true,
  channelRead(ctx, message) {
    assertType<Equal<typeof message, string>>();
    ctx.fireChannelRead(message.toUpperCase());
  },
});
export const plain = text
  .addLast(shout)
  .addLast(shout)
  .addLast(() =>
    passThrough<string>({
      channelActive(ctx) {
        ctx.writeAndFlush('hello');
      },
      channelRead(ctx, message) {
        ctx.fireChannelRead(message);
      },
    }),
  )
  .addLast(() =>
    handler<string, never, string>({
      channelRead(ctx, message) {
        ctx.writeAndFlush(`echo ${message}`);
      },
    }),
  )
  .build();

// serial() keeps the types of what it wraps.
export const oneAtATime = text
  .addLast(() => serial(new s.PingOrOrder()))
  .addLast(() => serial(new s.PingResponder()))
  .build();
assertType<Equal<UpOf<typeof oneAtATime>, s.Order>>();

// An inbound and an outbound handler as one.
const combined = pipeline()
  .addLast(() => new s.FrameCodec())
  .addLast(() => new CombinedChannelDuplexHandler(new s.FrameToString(), new s.StringToFrame()));
assertType<Equal<UpOf<ReturnType<typeof combined.build>>, string>>();
assertType<Equal<DownOf<ReturnType<typeof combined.build>>, s.Frame | string>>();

// One of two handlers: the types of both.
const either = text.addLast(() => (channel.isActive ? new s.PingOrOrder() : new s.Idle(1)));
assertType<Equal<UpOf<ReturnType<typeof either.build>>, s.Ping | s.Order | string>>();

// Untyped handlers, on the caller's word.
export const unchecked = pipeline()
  .addLast(() => new s.FrameCodec())
  .addUnchecked<string, s.Ack>('ported', () => new s.Ported())
  .addUnchecked<s.Order, s.Ack>({ isSharable: true })
  .addLast('service', () => new s.OrderService())
  .build();
unchecked.tail(channel).get('service').seen.at(0);

// Another transport.
const objects = pipeline<s.Order, s.Ack>()
  .addLast(() => new s.OrderService())
  .build();
assertType<Equal<DownOf<typeof objects>, s.Ack>>();

// An initializer by hand has no types.
ChannelInitializer.of((ch) => {
  ch.pipeline.addLast(union);
  void union.tail(ch).inbound();
});
