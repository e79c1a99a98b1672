/**
 * Stays connected to a server and tells how long: `node examples/dist/uptime/client.js [port] [host]`. Try it with the
 * discard example as the server, and stop that. A connection on which nothing comes for ten seconds is given up.
 * Shows that reconnecting lives outside the channel. Netty: example/uptime.
 */
import { Bootstrap, formatAddress } from '@sluice/core';
import { ReadTimeoutHandler, ReconnectingClient } from '@sluice/handlers';
import { addressFromArguments, run } from '../support.js';

run(async () => {
  const started = performance.now();
  const say = (text: string): void => {
    console.log(`[${((performance.now() - started) / 1000).toFixed(1)} s] ${text}`);
  };
  const client = new ReconnectingClient({
    bootstrap: new Bootstrap().handler((channel) => {
      channel.pipeline.addLast(new ReadTimeoutHandler(10_000), {
        exceptionCaught(ctx, cause) {
          say(cause.message);
          ctx.close();
        },
      });
    }),
    endpoints: [addressFromArguments(7009)],
    backoff: { base: 200, cap: 2000 },
  });
  let connectedAt = 0;
  client.on('connected', (_channel, endpoint) => {
    connectedAt = performance.now();
    say(`connected to ${formatAddress(endpoint)}`);
  });
  client.on('lost', (_cause, endpoint) => {
    const lasted = ((performance.now() - connectedAt) / 1000).toFixed(1);
    say(`disconnected from ${formatAddress(endpoint)} after ${lasted} s`);
  });
  client.on('backoff', (delay) => say(`trying again in ${Math.round(delay)} ms`));
  process.once('SIGINT', () => void client.close());
  client.start();
});
