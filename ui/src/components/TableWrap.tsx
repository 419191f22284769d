import { type ReactNode, useRef } from "react";
import { useScrolls } from "./scrolls";

/** A table that may be wider than the window: then it scrolls by itself, also by keyboard. */
export function TableWrap({ label, children }: { label: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const wide = useScrolls(box, "width");
  return (
    <div ref={box} className="table-wrap" {...(wide ? { tabIndex: 0, role: "group", "aria-label": `${label}, scrolls sideways` } : {})}>
      {children}
    </div>
  );
}
