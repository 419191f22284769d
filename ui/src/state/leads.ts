// The way of a link into this window: it is followed at once, or waits while something is typed.
import { useEffect } from "react";
import type { Lead } from "../ipc";
import { useApp, useStore } from "./hooks";
import { placeOf } from "./links";
import { go } from "./router";
import type { Store } from "./store";
import { typedWords } from "./typed";

/** Leads the window there: the run is opened first, if another one is. */
export async function follow(store: Store, lead: Lead): Promise<void> {
  store.leave();
  if (store.get().run === lead.run || (await store.open(lead.run))) go(placeOf(lead));
}

/** Follows a link as soon as it comes, where nothing that was typed is lost by it; one that has to wait stays in the store. */
export function useLeads(): void {
  const store = useStore();
  const lead = useApp((s) => s.lead);
  useEffect(() => {
    if (lead !== null && lead.problem === null && !typedWords()) void follow(store, lead);
  }, [store, lead]);
}
