/**
 * The client of docs/guides/porting-from-netty.md: `node examples/dist/porting/client.js <port> <token>` logs in, sends
 * the lines of its standard input, prints what comes, and reconnects. Its Java original is java/ImClient.java.
 */
import { createInterface } from 'node:readline';
import { run } from '../support.js';
import { imClient } from './ImClient.js';
import { ImMessage, TEXT } from './ImMessage.js';

run(async () => {
  const [port, token = ''] = process.argv.slice(2);
  const client = imClient({ host: '127.0.0.1', port: Number(port) }, token, ({ type, body }) => {
    console.log(`${type} ${body}`);
  });
  for await (const line of createInterface({ input: process.stdin })) {
    client.channel?.writeAndFlush(new ImMessage(TEXT, line));
  }
  await client.close();
});
