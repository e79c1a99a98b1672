/** What the running test has opened: closed after it in reverse order, whether it passed or not. */
const closers: (() => unknown)[] = [];

/** Has `close` called, and awaited, after the test. */
export function afterwards(close: () => unknown): void {
  closers.push(close);
}

/** Has the channel closed after the test. */
export function opened<C extends { close(): unknown }>(channel: C): C {
  afterwards(() => channel.close());
  return channel;
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
