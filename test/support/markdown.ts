import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A block of code in a page. */
export interface CodeBlock {
  readonly page: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly language: string;
  /** What follows the language: `program`, `server`, `continued`. */
  readonly flags: readonly string[];
  readonly code: string;
  /** What readers do not see: the declarations a fragment needs, from a comment `<!-- setup … -->` above it. */
  readonly setup: string;
  /** The file that contains this text, from a comment `<!-- from path -->` above it. */
  readonly from: string | undefined;
}

/** A link to another place of the repository. */
interface Link {
  readonly line: number;
  readonly target: string;
}

/** A page, read. */
export interface Page {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly blocks: readonly CodeBlock[];
  readonly links: readonly Link[];
  readonly anchors: ReadonlySet<string>;
  /** The rows of its tables, cell by cell. */
  readonly rows: readonly (readonly string[])[];
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'api', 'vectors']);

/** All Markdown files of the repository. */
export function readPages(root: string): Page[] {
  return markdownFiles(root)
    .map((file) => parsePage(relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8')))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name) || entry.name.startsWith('.')) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** Reads one page. */
export function parsePage(path: string, text: string): Page {
  const blocks: CodeBlock[] = [];
  const links: Link[] = [];
  const rows: string[][] = [];
  const anchors = new Set<string>();
  const lines = text.split('\n');
  let comment = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const fence = /^(?<fence>```+)(?<language>\w*) ?(?<flags>.*)$/.exec(line)?.groups;
    if (fence !== undefined) {
      const end = lines.indexOf(fence.fence as string, i + 1);
      if (end === -1) throw new Error(`${path}:${i + 1}: the block has no end`);
      blocks.push({
        page: path,
        line: i + 2,
        language: fence.language ?? '',
        flags: (fence.flags ?? '').split(' ').filter((flag) => flag !== ''),
        code: lines.slice(i + 1, end).join('\n'),
        setup: /^<!-- setup\n(?<code>[\s\S]*)\n-->$/.exec(comment)?.groups?.code ?? '',
        from: /^<!-- from (?<file>\S+) -->$/.exec(comment)?.groups?.file,
      });
      i = end;
      comment = '';
    } else if (line.startsWith('<!--')) {
      const end = lines.findIndex((candidate, at) => at >= i && candidate.endsWith('-->'));
      if (end === -1) throw new Error(`${path}:${i + 1}: the comment has no end`);
      comment = lines.slice(i, end + 1).join('\n');
      i = end;
    } else {
      if (line.trim() !== '') comment = '';
      const heading = /^#+ (?<title>.+)$/.exec(line)?.groups?.title;
      if (heading !== undefined) anchors.add(freshAnchor(heading, anchors));
      links.push(...linksOf(line).map((target) => ({ line: i + 1, target })));
      if (/^\|.*\|$/.test(line.trim()) && !/^[|: -]+$/.test(line)) rows.push(cellsOf(line));
    }
  }
  return { path, blocks, links, anchors, rows };
}

/** The anchor that GitHub gives a heading. */
function freshAnchor(heading: string, taken: ReadonlySet<string>): string {
  const slug = heading
    .replace(/\[(?<text>[^\]]*)\]\([^)]*\)/g, '$<text>')
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
  let anchor = slug;
  for (let i = 1; taken.has(anchor); i++) anchor = `${slug}-${i}`;
  return anchor;
}

function linksOf(line: string): string[] {
  const prose = line.replace(/`[^`]*`/g, '');
  return Array.from(prose.matchAll(/\]\((?<target>[^)\s]+)\)/g), (match) => match.groups?.target as string);
}

/** `\|` does not end a cell. */
function cellsOf(line: string): string[] {
  return line
    .trim()
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}
