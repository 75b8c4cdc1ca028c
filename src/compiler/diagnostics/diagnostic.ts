/**
 * What a phase reports. A diagnostic is data: a code from the registry, the values of its message's placeholders, the
 * places that decided it, and fixes as edits, shared by the command line and the editor. Phases report and continue.
 */
import type { Span } from '../1-parse/source.ts';

export type Severity = 'error' | 'warning';

/** A second place with what is to be seen there: "56x56x64". */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** Replace the text of `span` by `text`; an empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** One way to mend it. `title` is what the person reads after "fix"; without edits it is advice only. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

export interface Diagnostic {
  /** `subject/kebab-words`. */
  readonly code: string;
  readonly severity: Severity;
  /** The headline, placeholders filled in; stands alone. */
  readonly message: string;
  /** Where the carets go. */
  readonly span: Span;
  /** Text after the carets: "56x56x64   H 56 ≠ 28". */
  readonly label: string | undefined;
  /** Other places that decided it. */
  readonly labels: readonly Label[];
  /** Lines under the frame, each with its word: why, trail, note. */
  readonly notes: readonly { readonly word: 'why' | 'trail' | 'note'; readonly text: string }[];
  readonly fixes: readonly Fix[];
}

/** Collects diagnostics of one compilation. */
export interface Reporter {
  report(diagnostic: Diagnostic): void;
}

/** One entry of the registry (one file per subject). `message` has `{placeholders}`, checked by the type system where it is reported. */
export interface DiagnosticEntry {
  readonly severity: Severity;
  readonly message: string;
  /** Markdown: what it means, why it is so, how to mend it. Shown by `cnnc explain`. */
  readonly explain: string;
  /** A file that yields exactly this code; undefined where it takes more than `.cnn` text (a weights file, a photo). */
  readonly bad: string | undefined;
  /** …and the mended one that yields none. */
  readonly good: string | undefined;
}
