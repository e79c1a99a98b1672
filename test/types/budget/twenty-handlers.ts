/** A long pipeline of every kind of handler: what checking it may cost the compiler is in budget.json. */
import { type Channel, pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

const built = pipeline()
  .addLast('idle', () => new s.Idle(30))
  .addLast('log', new s.Log())
  .addLast('frame', () => new s.FrameCodec())
  .addLast(() => new s.Idle(1))
  .addLast(() => new s.FrameToString())
  .addLast(() => new s.StringToFrame())
  .addLast('beat', () => new s.Heartbeat())
  .addLast(() => new s.Idle(2))
  .addLast('outer', () => new s.JsonCodec<string, string>())
  .addLast(() => new s.Heartbeat())
  .addLast('json', () => new s.JsonCodec<s.Order, s.Ack>())
  .addLast(() => new s.Log())
  .addLast(() => new s.OrderFilter())
  .addLast('second', () => new s.OrderFilter())
  .addLast(() => new s.Idle(3))
  .addLast(() => new s.OrderFilter())
  .addLastAt('batch', (at) => new s.Batcher(at, 2))
  .addLastAt((at) => new s.Batcher(at, 2))
  .addUnchecked<s.Order, s.Ack>(() => new s.Ported())
  .addLast('service', () => new s.OrderService())
  .build();

export const log: s.Log = new s.Log();
export const at = (channel: Channel): unknown => built.tail(channel).write({ ack: 1 });
