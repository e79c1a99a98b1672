import { CLOSE, CLOSE_ON_FAILURE, EmbeddedChannel, FIRE_EXCEPTION_ON_FAILURE } from '@sluice/core';

const boom = new Error('boom');
let channel: EmbeddedChannel;
beforeEach(() => {
  channel = new EmbeddedChannel();
});
afterEach(() => channel.finish());

test('CLOSE closes however the operation ended', () => {
  channel.newPromise().addListener(CLOSE).setSuccess();
  expect(channel.isOpen).toBe(false);
  const second = new EmbeddedChannel();
  second.newPromise().addListener(CLOSE).setFailure(boom);
  expect(second.isOpen).toBe(false);
});

test('CLOSE_ON_FAILURE closes only after a failure', () => {
  channel.newPromise().addListener(CLOSE_ON_FAILURE).setSuccess();
  expect(channel.isOpen).toBe(true);
  channel.newPromise().addListener(CLOSE_ON_FAILURE).setFailure(boom);
  expect(channel.isOpen).toBe(false);
});

test('FIRE_EXCEPTION_ON_FAILURE sends the failure through the pipeline', () => {
  channel.newPromise().addListener(FIRE_EXCEPTION_ON_FAILURE).setSuccess();
  channel.checkException();
  channel.newPromise().addListener(FIRE_EXCEPTION_ON_FAILURE).setFailure(boom);
  expect(() => channel.checkException()).toThrow(boom);
});
