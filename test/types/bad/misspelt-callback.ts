// expect: 'chanelRead' does not exist in type
import { handler } from '@sluice/core';

handler<string>({ chanelRead() {} });
