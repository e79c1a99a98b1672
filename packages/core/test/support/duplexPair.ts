export { duplexPair } from '@sluice/testing';
