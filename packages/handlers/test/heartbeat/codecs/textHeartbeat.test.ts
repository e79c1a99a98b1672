import { LineBasedFrameDecoder, LineEncoder, StringDecoder } from '@sluice/codec';
import { textHeartbeat } from '@sluice/handlers';
import { channelOf, describeGolden, written } from './harness.js';

const framing = () => [new LineBasedFrameDecoder({ maxLength: 100 }), new StringDecoder(), new LineEncoder()];
const line = (text: string): string => Buffer.from(`${text}\n`).toString('hex');
const codec = textHeartbeat();

describeGolden('lines of text', {
  framing,
  client: codec,
  server: codec,
  ping: line('ping'),
  pong: line('pong'),
  answers: [[line('ping 7'), line('pong 7')]],
  business: ['pin', 'pings', 'ping ', 'ping x', 'Ping', 'pong 7x', 'ping 12345678901'].map(
    (text) => [line(text), text] as const,
  ),
});

describeGolden('lines of text with numbers and other words', {
  framing,
  client: textHeartbeat({ ping: 'biu', pong: 'ack', nonce: true }),
  server: textHeartbeat({ ping: 'biu', pong: 'ack' }),
  ping: line('biu 1'),
  pong: line('ack 1'),
  business: [[line('ping'), 'ping']],
});

test('a number tells which ping was answered', () => {
  const { channel, heartbeat } = channelOf(framing(), textHeartbeat({ nonce: true }), 1000);
  channel.elapse(2000);
  expect(Buffer.from(written(channel), 'hex').toString()).toBe('ping 1\nping 2\n');
  channel.elapse(10);
  channel.writeInbound(Buffer.from('pong 1\n'));
  expect(heartbeat.rtt).toBeCloseTo(1010);
  channel.finishAndReleaseAll();
});

test.each([{ ping: 'x', pong: 'x' }, { ping: '' }, { pong: 'a\nb' }])('%p is refused', (words) => {
  expect(() => textHeartbeat(words)).toThrow('two different words');
});
