// Links to a page of a run: the command that opens the console there, and the page that a link names.
import type { Lead } from "../ipc";
import type { Place } from "./router";

/** The pages that a link can name. */
export type Linked = { name: "run" } | { name: "step"; step: string } | { name: "gate"; phase: string };

/** The command that opens the console there. Ids are letters, digits, dots, dashes and underscores: no shell needs them quoted. */
export function commandTo(run: string, place: Linked): string {
  const to = `switchback-console --run ${run}`;
  switch (place.name) {
    case "run":
      return to;
    case "step":
      return `${to} --step ${place.step}`;
    case "gate":
      return `${to} --gate ${place.phase}`;
  }
}

/** The page that a link names. */
export function placeOf({ to }: Lead): Linked | Extract<Place, { name: "rollback" }> {
  switch (to.page) {
    case "rollback":
      return { name: "rollback", scope: null };
    case "run":
      return { name: "run" };
    case "step":
      return { name: "step", step: to.step };
    case "gate":
      return { name: "gate", phase: to.phase };
  }
}
