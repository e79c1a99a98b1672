// expect: Type 'Promise<void>' is not assignable to type
import { pipeline } from '@sluice/core';

pipeline().build(async (tail) => {
  await tail.send(Buffer.of(1));
});
