import fc from 'fast-check';
import { LengthFieldBasedFrameDecoder } from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import { check, Outcome } from '../support/decoding.js';

test('large chunks, large frames: the bytes are the same however they are joined', () => {
  check(
    fc.property(
      fc.array(fc.nat(30_000), { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 6 }),
      (sizes, steps) => {
        const frames = sizes.map((size, i) => Buffer.alloc(size, i + 1));
        const stream = Buffer.concat(
          frames.flatMap((frame) => {
            const header = Buffer.alloc(4);
            header.writeUInt32BE(frame.length);
            return [header, frame];
          }),
        );
        const outcome = new Outcome(
          new LengthFieldBasedFrameDecoder({
            maxFrameLength: 1 << 20,
            lengthFieldLength: 4,
            initialBytesToStrip: 4,
          }),
        );
        for (let at = 0, i = 0; at < stream.length; i++) {
          const step = steps[i % steps.length] as number;
          outcome.channel.pipeline.fireChannelRead(Buffer.from(stream.subarray(at, at + step)));
          at += step;
        }
        expect(outcome.messages).toHaveLength(frames.length);
        expect(frames.every((frame, i) => frame.equals(outcome.messages[i] as Buffer))).toBe(true);
      },
    ),
    60,
  );
});
