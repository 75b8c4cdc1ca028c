/**
 * What all nets of one check may come to together: each has bounds of its own (session.ts), but a file may hold thousands, and
 * ask for one with thousands of arguments. Where it is used up, that is said once, and further nets are not evaluated.
 */
import type { Span } from '../1-parse/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { showCount } from '../diagnostics/count.ts';
import type { Session } from './session.ts';

/** Counts of a session that its evaluation came to. */
export type Spent = Pick<Session, 'steps' | 'nodes'>;

const together: Spent = { steps: 1_000_000, nodes: 100_000 };

/** Of one check, or of one net in it with those that it asks for with arguments. */
export interface Spending {
  spent: Spent;
  /** A net was not evaluated. */
  stopped: boolean;
}

export const newSpending = (): Spending => ({ spent: { steps: 0, nodes: 0 }, stopped: false });

export function spend({ steps, nodes }: Spent, into: Spending): void {
  into.spent = { steps: into.spent.steps + steps, nodes: into.spent.nodes + nodes };
}

/** False where nothing is left, which is reported the first time: at the net that is not evaluated. */
export function isLeft(of: Spending, at: Span, report: (diagnostic: Diagnostic) => void): boolean {
  const { steps, nodes } = of.spent;
  if (steps < together.steps && nodes < together.nodes) return true;
  const [limit, what] =
    steps < together.steps ? [together.nodes, 'layers'] : [together.steps, 'steps of repetition'];
  const whose = 'the nets that are checked here together grow';
  if (!of.stopped) report(diagnostic('network/too-large', { whose, limit: showCount(limit), what }, at));
  of.stopped = true;
  return false;
}
