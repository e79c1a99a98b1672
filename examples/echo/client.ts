/**
 * Sends lines of text to the echo server and checks what comes back: `node examples/dist/echo/client.js [port]`.
 * The async style: read with `for await`, write with `send`. Netty: example/echo.
 */
import { Bootstrap } from '@sluice/core';
import { addressFromArguments, run } from '../support.js';

run(async () => {
  let answers: AsyncIterable<Buffer> | undefined;
  await using channel = await new Bootstrap()
    .handler((created) => {
      answers = created.inbound<Buffer>();
    })
    .connect(addressFromArguments(7007));
  const sent = 'one\ntwo\nthree\n';
  await channel.send(Buffer.from(sent));
  let received = '';
  for await (const bytes of answers ?? []) {
    received += bytes.toString();
    if (received.length >= sent.length) break;
  }
  console.log(received === sent ? `echoed ${received.length} bytes` : `got something else: ${received}`);
});
