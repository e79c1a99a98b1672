import { CorruptedFrameException } from '@sluice/codec';
import { binaryResumeCodec, type ResumeControl, type ResumeFailure } from '@sluice/handlers';
import fc from 'fast-check';

const seed = Number(process.env.FAST_CHECK_SEED ?? 42);
const MAX = 2 ** 48 - 1;

function read(frame: Buffer): unknown {
  const found: unknown[] = [];
  binaryResumeCodec.read(frame, {
    data: (seq, received, message) => found.push({ seq, received, message: message.toString('hex') }),
    control: (control) => found.push(control),
  });
  expect(found).toHaveLength(1);
  return found[0];
}

const controls: readonly [string, ResumeControl][] = [
  ['02000000000107', { type: 'ack', received: 263 }],
  [
    '03000000000002026964' + '03746f6b' + '00',
    { type: 'open', received: 2, id: 'id', token: 'tok', server: '' },
  ],
  ['04000000000003' + '00000001d4c0' + '0173', { type: 'opened', received: 3, expiry: 120_000, server: 's' }],
  ['0500', { type: 'failed', reason: 'expired' }],
  ['0503', { type: 'failed', reason: 'overflow' }],
  ['06ffffffffffff', { type: 'end', received: MAX }],
];

test('the bytes are those of the table', () => {
  const frame = binaryResumeCodec.data(258, 3, Buffer.from('hi'));
  expect(frame.toString('hex')).toBe('01' + '000000000102' + '000000000003' + '6869');
  for (const [hex, control] of controls) expect(binaryResumeCodec.control(control).toString('hex')).toBe(hex);
});

test('what is written is read back', () => {
  for (const [, control] of controls) expect(read(binaryResumeCodec.control(control))).toEqual(control);
  const number = fc.integer({ min: 0, max: MAX });
  fc.assert(
    fc.property(number, number, fc.uint8Array(), (seq, received, bytes) => {
      const message = Buffer.from(bytes);
      expect(read(binaryResumeCodec.data(seq, received, message))).toEqual({
        seq,
        received,
        message: message.toString('hex'),
      });
    }),
    { seed },
  );
  const reasons: ResumeFailure[] = ['unknown', 'token', 'mismatch', 'unsendable', 'destroyed'];
  for (const reason of reasons)
    expect(read(binaryResumeCodec.control({ type: 'failed', reason }))).toEqual({ type: 'failed', reason });
  const forever: ResumeControl = {
    type: 'opened',
    received: 0,
    expiry: Number.POSITIVE_INFINITY,
    server: 's',
  };
  expect(read(binaryResumeCodec.control(forever))).toEqual(forever);
});

test('every frame that is cut short is refused, and so are unknown ones', () => {
  const frames = [
    binaryResumeCodec.data(1, 1, Buffer.alloc(0)),
    ...controls.map(([, control]) => binaryResumeCodec.control(control)),
  ];
  for (const frame of frames) {
    for (let length = 0; length < frame.length; length++)
      expect(() => read(frame.subarray(0, length))).toThrow(CorruptedFrameException);
  }
  for (const hex of ['00', '07', 'ff', '0507', '05ff'])
    expect(() => read(Buffer.from(hex, 'hex'))).toThrow(CorruptedFrameException);
});
