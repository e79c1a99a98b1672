import { NoSuchHandlerException } from '../../src/pipeline/errors.js';
import { EmbeddedChannel } from '../../src/transport/embedded/EmbeddedChannel.js';
import { pipeline } from '../../src/typed/PipelineBuilder.js';
import { Counter, Echo, LineCodec } from './handlers.js';

const built = pipeline()
  .addLast('lines', () => new LineCodec())
  .addLast('echo', () => new Echo())
  .build();

let channel: EmbeddedChannel;
beforeEach(() => {
  channel = new EmbeddedChannel(built);
});
afterEach(async () => {
  await channel.close();
});

test('is the end of that channel', () => {
  const tail = built.tail(channel);
  expect(tail.channel).toBe(channel);
  expect(tail.pipeline).toBe(channel.pipeline);
});

test('writes through all handlers, flushing when told to', async () => {
  const tail = built.tail(channel);
  const written = tail.write('one');
  expect(channel.readOutbound()).toBeNull();
  channel.flush();
  expect(written.isSuccess).toBe(true);
  expect(String(channel.readOutbound())).toBe('one\n');

  const promise = channel.newPromise();
  expect(tail.writeAndFlush('two', promise)).toBe(promise);
  expect(String(channel.readOutbound())).toBe('two\n');

  await tail.send('three');
  expect(String(channel.readOutbound())).toBe('three\n');
});

test('gives the handlers of its channel by name', () => {
  channel.writeInbound(Buffer.from('hi\n'));
  expect(built.tail(channel).get('echo').seen).toEqual(['hi']);
  expect(built.tail(channel).get('lines')).toBe(channel.pipeline.first);
});

test('the pipeline can still be changed; a handler that was removed is not found', () => {
  const tail = built.tail(channel);
  const counter = new Counter();
  tail.pipeline.addBefore('echo', 'counter', counter);
  channel.writeInbound(Buffer.from('hi\n'));
  expect(counter.count).toBe(1);

  tail.pipeline.remove('echo');
  expect(() => tail.get('echo')).toThrow(NoSuchHandlerException);
  expect(() => tail.get('echo')).toThrow(/^echo: no such handler in .*has \[lines, counter\]/);
});

test('of a closed channel finds no handler', async () => {
  await channel.close();
  expect(() => built.tail(channel).get('lines')).toThrow(NoSuchHandlerException);
});
