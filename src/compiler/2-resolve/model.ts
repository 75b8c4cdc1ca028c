/**
 * What phase 2 hands on: every file of the compilation with its names bound. The syntax tree stays as it is; what a name
 * means is looked up in `bindings`, and the path segment under which a written layer owns its weights in `segments`.
 * Names without a binding are the language's own: operators, functions, `in`, `identity`, and words such as `same`.
 */
import type {
  Arg,
  BlockItem,
  CallExpr,
  EachExpr,
  Expr,
  FamilyItem,
  File,
  FilterItem,
  Ident,
  LetStatement,
  NameExpr,
  NetItem,
  Param,
} from '../1-parse/ast.ts';
import type { Source, Span } from '../1-parse/source.ts';
import type { Allowances } from '../diagnostics/allowances.ts';

/** Where files come from. Paths are project-relative with `/`; `std/…` is the stdlib, `node_modules/…` a package. */
export interface Host {
  /** The text of a file, or undefined where there is none. */
  read(path: string): string | undefined;
  /** Names of the files in a folder, for "did you mean"; optional. */
  list?(folder: string): readonly string[];
  /** Whether there is anything at a path, which is not read; optional. */
  exists?(path: string): boolean;
}

/** A host over a file system. */
export interface DiskHost extends Host {
  /** Where a file of any kind lies on disk; undefined where there is none, or a link leads out of the project. */
  locate(path: string): string | undefined;
}

/** One file with its top-level names. */
export interface Module {
  readonly source: Source;
  readonly file: File;
  /** Everything visible at the top of the file, imports included (under their alias). */
  readonly names: ReadonlyMap<string, Declaration>;
  /** What other files may import. */
  readonly exports: ReadonlyMap<string, Declaration>;
  /** Families by the net that they vary. */
  readonly families: ReadonlyMap<string, FamilyItem>;
  /** True for the stdlib and packages: their warnings are not the user's. */
  readonly external: boolean;
  /** `defaults { conv { … } }` by operator. */
  readonly defaults: ReadonlyMap<string, readonly Arg[]>;
  /** Names whose import or declaration has an error that was reported: using them says nothing more. */
  readonly broken: ReadonlySet<string>;
}

interface Declared {
  readonly name: string;
  /** The declaring name. */
  readonly span: Span;
}

export type BlockDeclaration = Declared & {
  readonly kind: 'block';
  readonly item: BlockItem;
  readonly module: Module;
};
export type NetDeclaration = Declared & {
  readonly kind: 'net';
  readonly item: NetItem;
  readonly module: Module;
};
export type FilterDeclaration = Declared & {
  readonly kind: 'filter';
  readonly item: FilterItem;
  readonly module: Module;
};
/** A `let`; `module` is set at the top of a file only. */
export type LetDeclaration = Declared & {
  readonly kind: 'let';
  readonly statement: LetStatement;
  readonly module: Module | undefined;
};

/** What a name can stand for. */
export type Declaration =
  | BlockDeclaration
  | NetDeclaration
  | FilterDeclaration
  | LetDeclaration
  | (Declared & { readonly kind: 'param'; readonly param: Param })
  /** `in image`, `y = …`, `as squeeze`, `train_only aux = …`. */
  | (Declared & { readonly kind: 'value'; readonly form: 'in' | 'assign' | 'as' | 'train-only' })
  /** The item or index of an `each`. */
  | (Declared & { readonly kind: 'loop'; readonly each: EachExpr })
  /** A named size of an input: `H` in `rgb[H, W]`. */
  | (Declared & { readonly kind: 'size' });

/** A resolved compilation. */
export interface Model {
  readonly entry: Module;
  /** Every file that was read, the entry first. */
  readonly modules: readonly Module[];
  /** What each name expression, declaring name and imported name stands for. */
  readonly bindings: ReadonlyMap<object, Declaration>;
  /** Path segment of each expression that can own weights (§ Weight paths in docs/language.md). */
  readonly segments: ReadonlyMap<Expr | Ident, string>;
  /** Names in options that are words of an operator: `same`, `H`. */
  readonly words: ReadonlySet<NameExpr>;
  /** Where values stand as layers: a stage `-> l`, a call `l(x)`. */
  readonly asLayers: ReadonlyMap<Declaration, readonly (NameExpr | CallExpr)[]>;
  /** Options that were reported not to exist. */
  readonly unknownOptions: ReadonlySet<Arg>;
  /** Declarations that phase 3 must not evaluate, because something about them was reported. */
  readonly broken: ReadonlySet<Declaration>;
  /** Which top-level declarations each one's text names, in the order of the text, repetitions included. */
  readonly mentions: ReadonlyMap<Declaration, readonly { readonly to: Declaration; readonly span: Span }[]>;
  /** Warnings that comments switch off. */
  readonly allowances: Allowances;
  /** Lines of theirs that switched off what phase 2 would have said. */
  readonly allowed: ReadonlySet<string>;
  /** Whether phase 2, or the one before it, found errors. */
  readonly failed: boolean;
  readonly host: Host;
}
