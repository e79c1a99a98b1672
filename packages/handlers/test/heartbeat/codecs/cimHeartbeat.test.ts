import { ProtobufVarint32LengthFieldPrepender } from '@sluice/codec';
import { cimFrameDecoder, cimHeartbeat } from '@sluice/handlers';
import { describeGolden, hex } from './harness.js';

// Messages as protobuf-java 3.25.8 writes those of cim.proto.
const framing = () => [cimFrameDecoder(), new ProtobufVarint32LengthFieldPrepender()];
const LOGIN = '0a 01 61 10 01';
const MESSAGE = '0a 02 6869 10 01 18 01';
// "ping" as the text of a message; a PING inside a property; fields of other kinds; a message that ends early.
const OTHERS = [
  '0a 04 70696e67 10 01 18 01',
  '0a 01 61 10 01 22 04 0a 02 1802',
  '29 1802180218021802 35 18021802 18 01',
  '0a 05 70696e67',
  '1c',
];

describeGolden('cim', {
  framing,
  client: cimHeartbeat({ userId: 1 }),
  server: cimHeartbeat(),
  ping: '0a 0a 04 70696e67 10 01 18 02',
  pong: '08 0a 04 706f6e67 18 02',
  answers: [
    ['0f 0a 04 70696e67 10 fbd095ffbc31 18 02', '080a04706f6e671802'],
    ['13 0a 04 70696e67 10 ffffffffffffffffff01 18 02', '080a04706f6e671802'],
    // With a property, and without a text.
    ['10 0a 04 70696e67 18 02 22 06 0a 01 6b 12 01 76', '080a04706f6e671802'],
    ['02 18 02', '080a04706f6e671802'],
  ],
  business: [LOGIN, MESSAGE, ...OTHERS].map((message) => {
    const bytes = hex(message);
    return [Buffer.of(bytes.length).toString('hex') + bytes.toString('hex'), bytes] as const;
  }),
});

test.each([
  [1, '0a0470696e6710011802'],
  [1700000000123, '0a0470696e6710fbd095ffbc311802'],
  [-1n, '0a0470696e6710ffffffffffffffffff011802'],
  [0, '0a0470696e671802'],
])('the ping of user %s', (userId, bytes) => {
  const ping = cimHeartbeat({ userId }).ping?.({
    nonce: 9,
    time: 0,
    rtt: undefined,
    missed: 0,
    data: undefined,
  });
  expect(ping?.toString('hex')).toBe(bytes);
});
