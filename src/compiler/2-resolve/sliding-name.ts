/** `convolutional` where it is no net that slides. */
import type { NameExpr } from '../1-parse/ast.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';

/** Darknet's name of a layer, or a net that slides, written where no net is declared or with other arguments. */
export function slidingElsewhere(expr: NameExpr): Diagnostic {
  return diagnostic('names/unknown-layer', { name: expr.name }, expr.span, {
    notes: [
      { word: 'note', text: 'the layer is conv' },
      {
        word: 'note',
        text: 'a net that slides over a larger image has a name: net Sliding = convolutional(Net, 64x64), or convolutional(Net) for any size',
      },
    ],
  });
}
