// More words for a mark that is too small for them. Never the only place where something is said: the mark bears the same as its name.
import { type ContextType, useMemo } from "react";
import { Tooltip as AriaTooltip, TooltipTriggerStateContext } from "react-aria-components/Tooltip";

/** Open while it is drawn; who draws it decides when that ends. */
const OPEN = { isOpen: true, open: () => undefined, close: () => undefined } as ContextType<typeof TooltipTriggerStateContext>;

/** Shown at an element as long as there is one: whoever draws it says which one is under the pointer or has the focus. */
export function Tooltip({ words, at }: { words: string; at: Element | null }) {
  const trigger = useMemo(() => ({ current: at }), [at]);
  return (
    at !== null && (
      <TooltipTriggerStateContext value={OPEN}>
        <AriaTooltip triggerRef={trigger} className="tooltip" offset={4}>
          {words}
        </AriaTooltip>
      </TooltipTriggerStateContext>
    )
  );
}
