// More words for a mark or a short name, on hover and on focus. Never the only place where something is said.
import type { ReactNode } from "react";
import { Focusable } from "react-aria-components/Tooltip";
import { Tooltip as AriaTooltip, TooltipTrigger } from "react-aria-components/Tooltip";

/** `children` is one element that takes the focus, such as a link. */
export function Tooltip({ words, children }: { words: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={300} closeDelay={0}>
      <Focusable>{children as never}</Focusable>
      <AriaTooltip className="tooltip" offset={4}>
        {words}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
