// Made-up edges: a journal that nobody vouches for, a run of a newer program, a rollback by hand alone. Fakes all.
import type { RollbackItemView, RollbackPlanView, RunSnapshot } from "./generated/wire";
import { reading } from "./fake-data";

/** The same plan where the run continues from a copy that nobody vouches for. */
export function unvouchedOf(plan: RollbackPlanView, now: number): RollbackPlanView {
  const row = reading("journal", "Somebody vouches for the journal", now, {
    tone: "failing",
    observed: "the run continues from a copy that nobody vouches for",
    expected: "a journal that this home's key or the run's recovery code vouches for",
    source: "the journal",
    mend: "Compare what would be restored with what you know was there.",
  });
  const items = plan.items.map((item, i) => (i === 0 ? { ...item, preconditions: [row, ...item.preconditions] } : item));
  return { ...plan, digest: `${plan.digest}unvouched`, items, unproven: ["journal", ...plan.unproven] };
}

/** A plan of which people carry out all. */
export function byHandOf(plan: RollbackPlanView): RollbackPlanView {
  const [undo, notice] = plan.items as [RollbackItemView, RollbackItemView];
  const hand = (id: string, title: string, words: string): RollbackItemView => ({ ...undo, id, step: id, title, kind: "manual", restores: [words], now: [], preview: null, preconditions: [], loses: [] });
  const items = [
    hand("mid.4", "Undo: Switch Reval to new pool", "Release the previous build of Reval to its servers, then look at its version page."),
    hand("mid.2", "Undo: Restrict UserManagement", "Take the restriction off at the load balancer."),
    notice,
  ];
  return { ...plan, digest: `${plan.digest}hand`, items, takes: { slowest_s: null, tries: 0, rehearsals: 0, caches_s: null, by_hand_s: 1800 } };
}

export const NOT_KNOWN = "This program does not know the kind of action apigw.throttle of step mid.4.";

/** A newer program gave step mid.4 an action that this one does not know. */
export const newerOf = (s: RunSnapshot): RunSnapshot => ({
  ...s,
  not_known: ["the kind of action apigw.throttle of step mid.4", "the kind of check waf.rule of step mid.5 (closed)"],
  phases: s.phases.map((p) => ({
    ...p,
    steps: p.steps.map((x) => ({
      ...x,
      ...(x.id === "mid.4" ? { not_known: NOT_KNOWN } : {}),
      offers: x.offers.map((o) => (o.command === "apply" ? { ...o, refused: "A newer Switchback wrote this run. Go on with that program." } : o)),
    })),
  })),
});
