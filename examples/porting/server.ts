/**
 * The server of docs/guides/porting-from-netty.md: `node examples/dist/porting/server.js [port] [host]`. Its Java original
 * is java/ImServer.java; both speak the same protocol.
 */
import { addressFromArguments, announce, run } from '../support.js';
import { imServer } from './ImServer.js';

run(async () => {
  const findUser = async (token: string): Promise<string | undefined> =>
    token.startsWith('token-') ? token.slice(6) : undefined;
  announce('ImServer', await imServer(findUser).bind(addressFromArguments(7010)));
});
