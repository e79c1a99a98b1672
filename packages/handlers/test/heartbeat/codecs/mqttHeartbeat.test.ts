import { mqttFrameDecoder, mqttHeartbeat } from '@sluice/handlers';
import { describeGolden, expectRefused, hex } from './harness.js';

const framing = () => [mqttFrameDecoder()];
const codec = mqttHeartbeat();
const PUBLISH = '30 05 0001 61 6869';
/** A remaining length of two bytes. */
const LONG = `32 c801 ${'01'.repeat(200)}`;

// As the MqttEncoder of Netty 4.2.2 writes them.
describeGolden('MQTT', {
  framing,
  client: codec,
  server: codec,
  ping: 'c000',
  pong: 'd000',
  business: [PUBLISH, LONG, 'e000', '8203000100', '62020001'].map((bytes) => [bytes, hex(bytes)] as const),
});

test.each([
  ['00', 'CorruptedFrameException'],
  ['c1', 'CorruptedFrameException'],
  ['80', 'CorruptedFrameException'],
  ['60', 'CorruptedFrameException'],
  ['c001', 'CorruptedFrameException'],
  ['d08001', 'CorruptedFrameException'],
  ['30ffffffff', 'CorruptedFrameException'],
  ['30ffffff7f', 'TooLongFrameException'],
])('%s is refused', (bytes, error) => {
  expectRefused(framing, codec, bytes, error, 'c000');
});
