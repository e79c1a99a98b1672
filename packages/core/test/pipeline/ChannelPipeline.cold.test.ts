import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Not one function of the pipeline has run before: cold code takes more stack than compiled code. */
const PROGRAM = `
  const { ChannelDuplexHandler, EmbeddedChannel, setLogger } = await import(process.argv[1]);
  const report = {};
  const forwarding = () => ({
    channelRead: (ctx, message) => void ctx.fireChannelRead(message),
    channelReadComplete: (ctx) => void ctx.fireChannelReadComplete(),
    userEventTriggered: (ctx, event) => void ctx.fireUserEventTriggered(event),
    exceptionCaught: (ctx, cause) => void ctx.fireExceptionCaught(cause),
    channelInactive: (ctx) => void ctx.fireChannelInactive(),
    write: (ctx, message, promise) => void ctx.write(message, promise),
    flush: (ctx) => void ctx.flush(),
    close: (ctx, promise) => void ctx.close(promise),
    read: (ctx) => void ctx.read(),
  });
  const caught = (channel) => {
    try {
      channel.checkException();
    } catch (error) {
      return error.message;
    }
  };

  const first = new EmbeddedChannel(...Array.from({ length: 1000 }, forwarding));
  first.writeInbound('in');
  first.writeOutbound('out');
  first.pipeline.fireUserEventTriggered('u').fireExceptionCaught(new Error('x'));
  report.forwarding = [first.readInbound(), first.readOutbound(), caught(first), first.close().isSuccess];

  class Skipping extends ChannelDuplexHandler {}
  const second = new EmbeddedChannel({ register: false, handlers: [] });
  for (let i = 0; i < 10000; i++) second.pipeline.addFirst('s' + i, new Skipping());
  second.register();
  second.writeInbound('in');
  second.writeOutbound('out');
  second.pipeline.fireUserEventTriggered('u').fireExceptionCaught(new Error('x'));
  report.skipping = [second.readInbound(), second.readOutbound(), caught(second), second.close().isSuccess];

  setLogger({ debug() {}, info() {}, warn() {}, error() {} });
  const endless = {
    channelRead: [(p) => p.fireChannelRead('m'), { channelRead: (ctx) => void ctx.pipeline.fireChannelRead('m') }],
    write: [(p) => p.write('m'), { write: (ctx, m) => void ctx.channel.write(m) }],
    flush: [(p) => p.flush(), { flush: (ctx) => void ctx.channel.flush() }],
    close: [(p) => p.close(), { close: (ctx) => void ctx.channel.close() }],
    exceptionCaught: [
      (p) => p.fireExceptionCaught(new Error('x')),
      { exceptionCaught: (ctx, cause) => void ctx.pipeline.fireExceptionCaught(cause) },
    ],
  };
  const adding = () => ({ handlerAdded: (ctx) => void ctx.pipeline.addFirst(adding()) });
  endless.handlerAdded = [(p) => p.addFirst(adding()), {}];
  report.endless = {};
  for (const [name, [begin, handler]] of Object.entries(endless)) {
    const channel = new EmbeddedChannel();
    const heard = [];
    channel.pipeline.unhandled = { exception: (_channel, cause) => heard.push(cause.code) };
    channel.pipeline.addLast(handler);
    const outcome = begin(channel.pipeline);
    outcome?.addListener?.(() => {});
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    report.endless[name] = [channel.isOpen, channel.isRegistered, ...new Set(heard)];
  }
  console.log(JSON.stringify(report));
`;

test('in a fresh process: 1,000 forwarding handlers, 10,000 that skip, and endless recursion (D18)', () => {
  const core = pathToFileURL(join(__dirname, '..', '..', 'dist', 'index.js')).href;
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM, core],
    {
      env,
      encoding: 'utf8',
      timeout: 15_000,
    },
  );
  expect([status, stderr]).toEqual([0, '']);
  const passed = ['in', 'out', 'x', true];
  const failed = [false, false, 'ERR_PIPELINE_DEPTH'];
  expect(JSON.parse(stdout)).toEqual({
    forwarding: passed,
    skipping: passed,
    endless: {
      channelRead: failed,
      write: failed,
      flush: failed,
      close: failed,
      // The handler itself keeps what it is told of.
      exceptionCaught: [false, false],
      handlerAdded: failed,
    },
  });
});
