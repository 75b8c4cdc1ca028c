/**
 * The typed registry of everything the compiler can say, one file per subject (`syntax.ts`, `names.ts`, `shape.ts`, …), each a table
 * of entries. The placeholders of a message are part of its type: reporting `shape/nothing-left` without its `{layer}` does not
 * compile. To add a diagnostic: one entry, one case folder in test/diagnostics/.
 */
import type { Span } from '../1-parse/source.ts';
import { commandDiagnostics } from './command.ts';
import type { Diagnostic, DiagnosticEntry } from './diagnostic.ts';
import { allowDiagnostics } from './allow.ts';
import { assertDiagnostics } from './assert.ts';
import { detectDiagnostics } from './detect.ts';
import { networkDiagnostics } from './network.ts';
import { pixelDiagnostics } from './pixels.ts';
import { quantizeDiagnostics } from './quantize.ts';
import { shapeDiagnostics } from './shape.ts';
import { testDiagnostics } from './test.ts';
import { trainDiagnostics } from './train.ts';
import { tuningDiagnostics } from './tuning.ts';
import { valueDiagnostics } from './value.ts';
import { nameDiagnostics } from './names.ts';
import { layerDiagnostics } from './layers.ts';
import { memoryDiagnostics } from './memory.ts';
import { syntaxDiagnostics } from './syntax.ts';
import { weightsDiagnostics } from './weights.ts';
import { shortened } from './shortened.ts';

export const registry = {
  ...syntaxDiagnostics,
  ...layerDiagnostics,
  ...nameDiagnostics,
  ...valueDiagnostics,
  ...networkDiagnostics,
  ...pixelDiagnostics,
  ...shapeDiagnostics,
  ...detectDiagnostics,
  ...assertDiagnostics,
  ...trainDiagnostics,
  ...testDiagnostics,
  ...allowDiagnostics,
  ...memoryDiagnostics,
  ...tuningDiagnostics,
  ...weightsDiagnostics,
  ...commandDiagnostics,
  ...quantizeDiagnostics,
} as const satisfies Record<string, DiagnosticEntry>;

export type DiagnosticCode = keyof typeof registry;

/** Names in braces in a message. */
type Placeholders<Message extends string> = Message extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The values that a code's message needs. */
export type MessageArgs<Code extends DiagnosticCode> = Readonly<
  Record<Placeholders<(typeof registry)[Code]['message']>, string | number>
>;

type Extras = Partial<Pick<Diagnostic, 'label' | 'labels' | 'notes' | 'fixes'>>;

/** Builds a diagnostic of a registered code: `diagnostic('syntax/unexpected', { found: '}', expected: 'a value' }, span)`. */
export function diagnostic<Code extends DiagnosticCode>(
  code: Code,
  args: MessageArgs<Code>,
  span: Span,
  extras: Extras = {},
): Diagnostic {
  return build(code, args, span, extras);
}

/** Characters of one value in a message, of a label, note or title, and other places: what people write has fewer. */
const most = { value: 500, text: 2000, labels: 50 } as const;

/** For codes that are known only at run time (an operator's `Problem`). A missing placeholder stays visible in the message. */
export function build(
  code: string,
  args: Readonly<Record<string, string | number>>,
  span: Span,
  extras: Extras = {},
): Diagnostic {
  const entry: DiagnosticEntry | undefined = (registry as Record<string, DiagnosticEntry>)[code];
  return {
    code,
    severity: entry?.severity ?? 'error',
    message: (entry?.message ?? code).replace(/\{(\w+)\}/g, (whole, name: string) =>
      shortened(String(args[name] ?? whole), most.value),
    ),
    span,
    label: extras.label === undefined ? undefined : shortened(extras.label, most.text),
    labels: (extras.labels ?? []).slice(0, most.labels),
    notes: (extras.notes ?? []).map(({ word, text }) => ({ word, text: shortened(text, most.text) })),
    fixes: (extras.fixes ?? []).map(({ title, edits }) => ({ title: shortened(title, most.text), edits })),
  };
}
