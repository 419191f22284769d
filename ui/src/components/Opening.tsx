import type { ReactNode } from "react";
import { Banner } from "./Banner";

/** Before the core has said which window this is: neither has anything to offer yet. */
export function Opening({ children }: { children: ReactNode }) {
  return (
    <div className="window no-run opening" data-env="none" data-testid="window">
      <Banner />
      <main className="middle" id="middle" aria-label="Main">
        {children}
      </main>
    </div>
  );
}
