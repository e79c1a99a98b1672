// What typedoc is told about this repository beyond docs/typedoc.json.
import { dirname, relative, sep } from 'node:path';
import { Application, Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';

/** Interfaces that say what a member is for, and the names of the types that take it from there. */
const DOCUMENTED_BY = [
  {
    of: /Handler|Initializer|Codec$|Encoder|Decoder|Prepender|Stream|Callbacks|Correlator|Responder/,
    by: /^Channel(Inbound|Outbound)?Handler$/,
  },
  { of: /Channel$/, by: /^(Duplex)?Channel$/ },
];

/**
 * Types in public signatures that nobody has to name: how the compiler checks a typed pipeline, and base classes that
 * exist to keep files small; their members are shown where they are inherited.
 */
const NOT_EXPORTED = [
  /^@sluice\/core\/src\/typed\/(flows|PipelineBuilder)\.ts$/,
  /^@sluice\/core\/src\/pipeline\/(HandlerTypes|HandlerList|adapters|ChannelHandlerContext)\.ts$/,
  /^@sluice\/core\/src\/(transport\/ChannelFacade|buffer\/ByteBufSearch|channel\/ChannelFuture)\.ts$/,
  /^@sluice\/testing\/src\/RecordingHandler\.ts$/,
];

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const { project } = context;
    dropHidden(project);
    inheritComments(project);
    categorize(project);
    for (const document of project.getReflectionsByKind(ReflectionKind.Document)) nameByHeading(document);
  });
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    for (const name of missingExports(app.serializer.projectToObject(project, process.cwd()))) {
      app.logger.validationWarning(`${name} appears in the reference, but no package exports it`);
    }
  });
}

/** Types of ours that are referred to and not part of the reference. (typedoc's own check skips other packages.) */
function missingExports(node, found = new Set()) {
  if (typeof node !== 'object' || node === null) return found;
  const { type, target, refersToTypeParameter } = node;
  if (
    type === 'reference' &&
    !refersToTypeParameter &&
    typeof target === 'object' &&
    target.packageName.startsWith('@sluice/')
  ) {
    const file = `${target.packageName}/${target.packagePath}`;
    if (!NOT_EXPORTED.some((files) => files.test(file))) found.add(`${target.qualifiedName} (${file})`);
  }
  for (const child of Object.values(node)) missingExports(child, found);
  return found;
}

/** Names that begin with `~` exist only in types, those that begin with `_` are for the package itself. */
function dropHidden(project) {
  for (const reflection of project.getReflectionsByKind(ReflectionKind.ClassOrInterface)) {
    for (const member of [...(reflection.children ?? [])]) {
      if (/^[~_]/.test(member.name)) project.removeReflection(member);
    }
  }
}

/** A member without a comment of its own is documented as the interface documents it. */
function inheritComments(project) {
  const types = project.getReflectionsByKind(ReflectionKind.ClassOrInterface);
  for (const { of, by } of DOCUMENTED_BY) {
    const comments = new Map();
    for (const type of types.filter(({ name }) => by.test(name))) {
      for (const member of type.children ?? []) comments.set(member.name, commentOf(member));
    }
    for (const type of types.filter(({ name }) => of.test(name))) {
      for (const member of type.children ?? []) giveComment(member, comments.get(member.name));
    }
  }
  // Overloads share the comment of the first, a setter has that of its getter.
  for (const reflection of project.getReflectionsByKind(ReflectionKind.All)) {
    if (reflection.isDeclaration()) giveComment(reflection, commentOf(reflection));
  }
}

function commentOf(member) {
  return (member.getSignature ?? member.signatures?.[0] ?? member).comment;
}

function giveComment(member, comment) {
  if (comment === undefined) return;
  const { signatures, getSignature, setSignature } = member;
  const places = signatures ?? [getSignature, setSignature].filter((signature) => signature !== undefined);
  for (const place of places.length > 0 ? places : [member]) place.comment ??= comment.clone();
}

/** The index of a package is divided as its sources are: a category for each folder of `src`. */
function categorize(project) {
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    for (const item of module.children ?? []) {
      const file = item.sources?.[0]?.fullFileName;
      if (file === undefined) continue;
      const folder = dirname(relative(dirname(module.sources[0].fullFileName), file)).split(sep)[0];
      const tag = new CommentTag('@category', [
        { kind: 'text', text: folder === '.' ? module.name : folder },
      ]);
      for (const reflection of item.signatures ?? [item]) {
        reflection.comment ??= new Comment();
        reflection.comment.blockTags.push(tag);
      }
    }
  }
}

/** A page is called what its first heading says, not as its file is. */
function nameByHeading(document) {
  const heading = /^# (.+)$/m.exec(document.content.map(({ text }) => text).join(''));
  if (heading !== null) document.name = heading[1];
}
