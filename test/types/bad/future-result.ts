// expect: Type 'SocketChannel' is not assignable to type 'string'
import { Bootstrap } from '@sluice/core';

export async function connected(): Promise<string> {
  return await new Bootstrap().connect('localhost', 9000);
}
