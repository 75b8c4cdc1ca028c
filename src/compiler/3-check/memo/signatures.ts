/**
 * What the evaluation of a declaration follows from, as a number: its text, what the names in it stand for, all of theirs, and
 * the settings of their files. Equal numbers, equal outcomes, wherever the text stands.
 */
import type { File } from '../../1-parse/ast.ts';
import type { Span } from '../../1-parse/source.ts';
import type { Declaration, Model, Module } from '../../2-resolve/model.ts';
import { isBuiltin } from '../../2-resolve/vocabulary.ts';

/** Numbers by the texts that they stand for; kept from check to check. A number is never given twice, also where texts are forgotten. */
export interface Interned {
  readonly numbers: Map<string, number>;
  next: number;
}

export const newInterned = (): Interned => ({ numbers: new Map(), next: 0 });

export function intern(text: string, into: Interned): number {
  const known = into.numbers.get(text);
  if (known !== undefined) return known;
  into.numbers.set(text, into.next);
  return into.next++;
}

export interface Signatures {
  /** Undefined for what is circular, declared twice, or leads further than it is worth. */
  of(declaration: Declaration): number | undefined;
}

/** Mentions further away are not followed. */
const maxDepth = 200;

interface Signing {
  readonly model: Model;
  readonly interned: Interned;
  readonly known: Map<Declaration, number | undefined>;
  readonly settings: Map<Module, number>;
}

export function signaturesOf(model: Model, interned: Interned): Signatures {
  const signing: Signing = { model, interned, known: new Map(), settings: new Map() };
  return { of: (declaration) => sign(declaration, 0, signing) };
}

function sign(declaration: Declaration, depth: number, signing: Signing): number | undefined {
  const { known, model, interned } = signing;
  if (known.has(declaration)) return known.get(declaration);
  if (depth > maxDepth || model.broken.has(declaration)) return undefined;
  // Whoever leads back here has none.
  known.set(declaration, undefined);
  const parts: (string | number)[] = [
    idOf(declaration),
    textOfSpan(partOf(declaration)),
    mendsIn(declaration),
  ];
  const named = new Map((model.mentions.get(declaration) ?? []).map(({ to }) => [idOf(to), to]));
  for (const [id, to] of named) {
    const signature = sign(to, depth + 1, signing);
    if (signature === undefined) return undefined;
    parts.push(id, signature);
  }
  if ('module' in declaration && declaration.module) parts.push(signSettings(declaration.module, signing));
  const signature = intern(parts.join('\0'), interned);
  known.set(declaration, signature);
  return signature;
}

/**
 * `defaults` and families, which no name leads to, with all constants: what they name is not looked up. And which names of the
 * language mean nothing here.
 */
function signSettings(module: Module, { model, settings, interned }: Signing): number {
  const known = settings.get(module);
  if (known !== undefined) return known;
  const spans = settingsOf(module);
  const read = spans.length === 0 ? [] : model.modules;
  const constants = read
    .flatMap(({ file }) => file.items)
    .filter(({ kind }) => kind === 'let' || kind === 'filter')
    .map(({ span }) => span);
  const parts = [...[module, ...read].map(hiddenIn), ...[...spans, ...constants].map(textOfSpan)];
  const signature = intern(parts.join('\0'), interned);
  settings.set(module, signature);
  return signature;
}

/** Names that mean a layer or a word of the language, unless the import or declaration that took them is broken. */
const hiddenIn = ({ broken }: Module): string => [...broken].filter(isBuiltin).join();

const settings = new WeakMap<File, readonly Span[]>();

/** The places of a file's `defaults` and families. */
export function settingsOf({ file }: Module): readonly Span[] {
  const known = settings.get(file);
  if (known) return known;
  const found = file.items
    .filter((item) => item.kind === 'defaults' || item.kind === 'family')
    .map(({ span }) => span);
  settings.set(file, found);
  return found;
}

export const idOf = ({ name, span }: Declaration): string => `${span.source.path}\0${name}`;

/** Where brackets within a declaration were mended: they read its text in another way than it reads alone. */
function mendsIn(declaration: Declaration): string {
  const mended = ('module' in declaration && declaration.module?.file.mended) || [];
  if (mended.length === 0) return '';
  const { start, end } = partOf(declaration);
  return mended.flatMap((at) => (at >= start && at < end ? [at - start] : [])).join();
}

/** All of a declaration's text. */
export function partOf(declaration: Declaration): Span {
  if ('item' in declaration) return declaration.item.span;
  return declaration.kind === 'let' ? declaration.statement.span : declaration.span;
}

export const textOfSpan = ({ source, start, end }: Span): string => source.text.slice(start, end);
