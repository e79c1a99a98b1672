import { seataFrameDecoder, seataHeartbeat } from '@sluice/handlers';
import { describeGolden, expectRefused, hex } from './harness.js';

// All bytes with the id 01020304 were written by the ProtocolEncoderV1 of Seata 2.2.0.
const PING = 'dada0100000010001003010001020304';
const CALL = 'dada 01 00000012 0010 00 01 00 00000005 abcd';
const framing = () => [seataFrameDecoder()];
const codec = seataHeartbeat();

describeGolden('Seata', {
  framing,
  client: codec,
  server: codec,
  ping: 'dada 01 00000010 0010 03 01 00 00000001',
  pong: 'dada 01 00000010 0010 04 01 00 00000001',
  answers: [
    [PING, 'dada0100000010001004010001020304'],
    ['dada010000001600160301000102030400016b000176', 'dada010000001600160401000102030400016b000176'],
    // A body that heartbeats do not have is not sent back.
    ['dada01 00000012 0010 03010001020304 abcd', 'dada0100000010001004010001020304'],
  ],
  business: [[CALL, hex(CALL)]],
});

test.each([
  ['00', 'CorruptedFrameException'],
  ['dabb', 'CorruptedFrameException'],
  ['dada 00 00000010 0010', 'CorruptedFrameException'],
  ['dada 01 00000010 000f', 'CorruptedFrameException'],
  ['dada 01 0000000f 0010', 'CorruptedFrameException'],
  ['dada 01 ffffffff 0010', 'CorruptedFrameException'],
  ['dada 01 00800001 0010', 'TooLongFrameException'],
  ['dada 01 7fffffff 0010', 'TooLongFrameException'],
])('%s is refused', (bytes, error) => {
  expectRefused(framing, codec, bytes, error, PING);
});
