import { LineBasedFrameDecoder } from '@sluice/codec';
import { EmbeddedChannel } from '@sluice/core';
import { CLOSE_REASON, FrameTimeoutException, FrameTimeoutHandler } from '@sluice/handlers';

function lines(): EmbeddedChannel {
  const channel = new EmbeddedChannel(
    new LineBasedFrameDecoder({ maxLength: 1000 }),
    new FrameTimeoutHandler(300),
  );
  channel.freezeTime();
  channel.elapse(0);
  return channel;
}
const send = (channel: EmbeddedChannel, text: string): void => {
  channel.writeInbound(Buffer.from(text));
};

test('a message that is sent byte by byte must end in time', () => {
  const channel = lines();
  let sent = 0;
  while (channel.isOpen && sent < 20) {
    send(channel, 'x');
    sent++;
    channel.elapse(50);
  }
  expect(sent).toBe(6);
  const reason = channel.attr(CLOSE_REASON).get();
  expect([reason?.kind, reason?.cause]).toEqual(['idle', expect.any(FrameTimeoutException)]);
  expect(reason?.cause).toMatchObject({ code: 'ERR_FRAME_TIMEOUT' });
});

test('messages that end in time, and silence between them, are left alone', () => {
  const channel = lines();
  for (let i = 0; i < 20; i++) {
    send(channel, 'ab');
    channel.elapse(250);
    send(channel, 'c\n');
    channel.elapse(i === 10 ? 5000 : 10);
  }
  expect(channel.isOpen).toBe(true);
  channel.close();
});

test('the beginning behind another message counts from the next bytes on', () => {
  const channel = lines();
  send(channel, 'whole\nbegin');
  channel.elapse(1000);
  expect(channel.isOpen).toBe(true);
  send(channel, 'x');
  channel.elapse(299);
  expect(channel.isOpen).toBe(true);
  channel.elapse(1);
  expect(channel.isOpen).toBe(false);
});

test('after a stall the message has its whole time again', () => {
  const channel = lines();
  send(channel, 'x');
  channel.advanceTimeBy(1000);
  channel.runPendingTasks();
  expect(channel.isOpen).toBe(true);
  channel.elapse(300);
  expect(channel.isOpen).toBe(false);
});
