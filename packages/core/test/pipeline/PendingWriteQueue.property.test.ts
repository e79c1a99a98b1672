import fc from 'fast-check';
import { type ChannelPromise, EmbeddedChannel, PendingWriteQueue } from '../../src/index.js';

/** A fixed seed: a failure on one machine is the same failure on the next. Set FAST_CHECK_SEED for others. */
const SEED = Number(process.env.FAST_CHECK_SEED ?? 42);
const boom = new Error('boom');

type Step =
  | { readonly add: number; readonly nested: boolean }
  | 'remove'
  | 'write'
  | 'writeAll'
  | 'fail'
  | 'failAll';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: fc.nat(50), nested: fc.boolean() }) },
  fc.constantFrom<Step>('remove', 'write', 'writeAll', 'fail', 'failAll'),
);

test('each write is completed once, in order, and the bytes add up, whoever calls back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const channel = new EmbeddedChannel();
      const queue = new PendingWriteQueue(channel);
      const model: { message: Buffer; promise: ChannelPromise }[] = [];
      const all: ChannelPromise[] = [];
      const written: Buffer[] = [];
      const removed = new Set<ChannelPromise>();

      const add = (length: number, nested: boolean): void => {
        const message = Buffer.alloc(length);
        const promise = channel.newPromise();
        all.push(promise);
        promise.addListener(() => nested && add(1, false));
        model.push({ message, promise });
        queue.add(message, promise);
      };
      const take = (count: number): Buffer[] => model.splice(0, count).map(({ message }) => message);

      for (const what of steps) {
        if (typeof what === 'object') add(what.add, what.nested);
        else if (what === 'remove') {
          const promise = queue.remove();
          expect(promise).toBe(model[0]?.promise ?? null);
          take(1);
          if (promise !== null) removed.add(promise);
        } else if (what === 'write') {
          written.push(...take(1));
          queue.removeAndWrite();
        } else if (what === 'writeAll') {
          written.push(...take(model.length));
          queue.removeAndWriteAll();
          // Nothing is flushed yet, so that no listener has added anything.
        } else if (what === 'fail') {
          const first = model.shift();
          queue.removeAndFail(boom);
          expect(first?.promise.cause ?? boom).toBe(boom);
        } else {
          queue.removeAndFailAll(boom);
          model.splice(0);
        }
        expect(queue.size).toBe(model.length);
        expect(queue.current).toBe(model[0]?.message ?? null);
        expect(queue.bytes).toBe(model.reduce((sum, { message }) => sum + message.length + 64, 0));
      }
      channel.flush();
      queue.removeAndFailAll(boom);
      expect([queue.size, queue.bytes, channel.outboundBuffer?.totalPendingWriteBytes]).toEqual([0, 0, 0]);
      expect(all.filter((promise) => !promise.isDone).every((promise) => removed.has(promise))).toBe(true);
      expect(channel.outboundMessages).toEqual(written);
      channel.finishAndReleaseAll();
    }),
    { seed: SEED, numRuns: 300 },
  );
});
