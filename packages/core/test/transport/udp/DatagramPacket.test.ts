import { ByteBuf, byteLength, DatagramPacket } from '../../../src/index.js';

const HERE = { host: '127.0.0.1', port: 1 };
const THERE = { host: '::1', port: 2 };

test('content, recipient, sender', () => {
  const packet = new DatagramPacket(Buffer.from('abc'), THERE, HERE);
  expect([packet.content.toString(), packet.recipient, packet.sender]).toEqual(['abc', THERE, HERE]);
  expect(byteLength(packet)).toBe(3);
  const bare = new DatagramPacket('text');
  expect([bare.recipient, bare.sender]).toEqual([null, null]);
});

test('replace keeps the addresses', () => {
  const packet = new DatagramPacket(Buffer.from('abc'), THERE, HERE).replace(7);
  expect([packet.content, packet.recipient, packet.sender]).toEqual([7, THERE, HERE]);
});

test('duplicate gives a ByteBuf indexes of its own and shares the rest', () => {
  const packet = new DatagramPacket(ByteBuf.from('abc'), THERE, HERE);
  const copy = packet.duplicate();
  copy.content.skipBytes(2);
  expect([packet.content.readerIndex, copy.content.readableBytes, copy.sender]).toEqual([0, 1, HERE]);
  const bytes = new DatagramPacket(Buffer.from('abc'));
  expect(bytes.duplicate().content).toBe(bytes.content);
});

test('as text it shows the way', () => {
  expect(String(new DatagramPacket('x', THERE, HERE))).toBe('DatagramPacket(127.0.0.1:1 => [::1]:2, x)');
  expect(String(new DatagramPacket('x'))).toBe('DatagramPacket(=>, x)');
});
