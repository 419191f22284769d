// What stands at the lower end of the middle column: notices, then the buttons. It takes its room from the
// page above, which keeps its place: nothing that is being read jumps when a notice comes or goes.
import { type ReactNode, createContext, useContext } from "react";
import { createPortal } from "react-dom";

export const DockContext = createContext<HTMLElement | null>(null);

/** A screen's own part of the dock. */
export function Dock({ children }: { children: ReactNode }) {
  const dock = useContext(DockContext);
  return dock === null ? null : createPortal(children, dock);
}
