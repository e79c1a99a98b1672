import { eventLoopLag } from '@sluice/handlers';

/** Holds the event loop up. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('tells how long the loop was held up, a second at a time', async () => {
  expect(eventLoopLag()).toBe(0);
  let lag = 0;
  // The sampler must have run once before the loop is held up, and once behind it.
  while (lag === 0) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    block(200);
    lag = eventLoopLag();
  }
  expect(lag).toBeGreaterThan(100);
  expect(eventLoopLag()).toBe(lag);
});
