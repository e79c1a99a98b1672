// A server of lines in a process of its own, so that tests can stop and kill it. Started by `startServer`.
// argv: the options of its HeartbeatHandler as JSON. It reports { port }, { online }, { dead } and { offline } to its parent.
import { LineBasedFrameDecoder, LineEncoder, StringDecoder } from '@sluice/codec';
import { ServerBootstrap } from '@sluice/core';
import { HeartbeatEvent, HeartbeatHandler } from '@sluice/handlers';

/** Messages are lines; pings are `ping 7`, pongs `pong 7`. */
const codec = {
  pong: (ping) => ping.replace('ping', 'pong'),
  isPing: (line) => line.startsWith('ping '),
  isPong: (line) => line.startsWith('pong '),
};

const options = JSON.parse(process.argv[2] ?? '{}');
const report = (message) => process.connected && process.send(message);
const name = (ctx) => ctx.channel.remoteAddress?.port;

const server = await new ServerBootstrap()
  .childHandler((channel) => {
    let peer;
    channel.pipeline.addLast(
      new LineBasedFrameDecoder({ maxLength: 1000 }),
      new StringDecoder(),
      new LineEncoder(),
      new HeartbeatHandler({ codec, ...options }),
    );
    channel.pipeline.addLast({
      channelActive(ctx) {
        peer = name(ctx);
        report({ online: peer });
      },
      channelRead: (ctx, line) => ctx.writeAndFlush(`echo ${line}`),
      userEventTriggered(_ctx, event) {
        if (event instanceof HeartbeatEvent && event.type === 'dead')
          report({ dead: peer, cause: event.cause.code });
      },
      channelInactive: () => report({ offline: peer }),
      exceptionCaught: (ctx) => ctx.close(),
    });
  })
  .bind({ host: '127.0.0.1', port: Number(process.argv[3] ?? 0) });
process.on('disconnect', () => process.exit());
report({ port: server.localAddress.port });
