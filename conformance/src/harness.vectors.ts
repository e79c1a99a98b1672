import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { RecordedCase } from './harness.js';
import { type NettyVersion, versionIn } from './netty.js';

/** A file of recorded cases. */
export interface VectorFile {
  readonly path: string;
  /** The path for people: below the folder that was searched. */
  readonly name: string;
  readonly netty: NettyVersion;
}

/** Something is wrong with a file of cases, or with one of its lines; the message names it. */
export class VectorError extends Error {
  override readonly name = 'VectorError';
}

const FILE_NAME = /\.jsonl(\.gz)?$/;
/** Longer lines are no cases: the longest recorded one has a tenth of that. */
const MAX_LINE_LENGTH = 8 * 1024 * 1024;

/**
 * The vector files in a folder and those below it, ordered by name. The release comes from the file's name or from the
 * nearest folder that names one (`netty-4.2.20`).
 *
 * @throws VectorError if there is no folder or no file, or one without a release
 */
export function findVectors(folder: string): VectorFile[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new VectorError(`${folder} is no folder.`);
  }
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    FILE_NAME.test(name),
  );
  if (names.length === 0) {
    throw new VectorError(
      `${folder} holds no vectors: files that end in .jsonl or .jsonl.gz are looked for.`,
    );
  }
  return names.sort().map((name) => {
    const path = join(folder, name);
    const netty = versionIn(path);
    if (netty === undefined) {
      throw new VectorError(
        `${path} does not tell which Netty it was recorded from: put it into a folder such as netty-4.2.20.`,
      );
    }
    return { path, name: relative(folder, path), netty };
  });
}

/**
 * The cases of one file, with the numbers of their lines, read as they are asked for: no more than a piece of the file is
 * held. `keep` decides from the kind whether a line is a case to read.
 *
 * @throws VectorError that names the line that is no case
 */
export async function* readCases(
  { path, name }: Pick<VectorFile, 'path' | 'name'>,
  keep: (kind: string) => boolean = () => true,
): AsyncGenerator<{ readonly line: number; readonly recorded: RecordedCase }, void, undefined> {
  let line = 0;
  for await (const text of linesOf(path, name)) {
    line++;
    if (text === '') continue;
    const recorded = parse(text, `${name}:${line}`);
    if (keep(recorded.kind)) yield { line, recorded };
  }
}

async function* linesOf(path: string, name: string): AsyncGenerator<string, void, undefined> {
  const file = createReadStream(path);
  // An error of the file ends the other stream too, where it is thrown.
  const texts = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file;
  texts.setEncoding('utf8');
  let rest = '';
  try {
    for await (const text of texts) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() as string;
      yield* lines;
      if (rest.length > MAX_LINE_LENGTH) throw new VectorError(`${name}: a line has no end.`);
    }
  } catch (error) {
    if (error instanceof VectorError) throw error;
    throw new VectorError(`${name} cannot be read: ${(error as Error).message}`);
  }
  yield rest;
}

function parse(text: string, where: string): RecordedCase {
  let value: Partial<RecordedCase> | null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new VectorError(`${where} is no JSON: ${(error as Error).message}`);
  }
  for (const [field, type] of Object.entries(FIELDS)) {
    const found = value?.[field as keyof RecordedCase];
    if (typeof found !== type || found === null) {
      throw new VectorError(`${where} is no recorded case: "${field}" should be of type ${type}.`);
    }
  }
  return value as RecordedCase;
}

const FIELDS: Readonly<Record<keyof RecordedCase, string>> = {
  id: 'string',
  kind: 'string',
  args: 'object',
  input: 'object',
  expected: 'object',
};
