// Where people are looked up: the run's target where a run is open, else one of the places that the core
// knows, or one that the person names.
import { useCallback, useEffect, useState } from "react";
import type { ApiError, LookupPlace, LookupPlaces, LookupWhere } from "../ipc";
import type { Failure } from "../ipc/port";
import { useAttempt } from "./attempt";
import { useStore } from "./hooks";

/** Where the screen asks, or why it can't. */
export type Spot =
  | { at: "asking"; where: LookupWhere | null }
  | { at: "nowhere" }
  | { at: "there"; where: LookupWhere; place: LookupPlace }
  | { at: "refused"; where: LookupWhere | null; error: ApiError };

export type Places = {
  spot: Spot;
  /** What there is to choose from; null where the run says it. */
  known: LookupPlaces | null;
  /** Goes to a place; throws a `Failure` where it can't be asked and was not among the known ones. */
  pick: (where: LookupWhere) => Promise<void>;
  again: () => void;
};

const REHEARSAL: LookupWhere = { run: null, target: "rehearsal", pools: [] };
export const rehearsal = (): LookupWhere => REHEARSAL;

const POOL = /^[a-z]{2}(-[a-z]+)+-\d+_[0-9A-Za-z]+$/;

/** What a person wrote: ids of pools, or else a target's name or file. */
export function whereOf(text: string): LookupWhere {
  const words = text.trim().split(/[\s,;]+/);
  if (words.every((word) => POOL.test(word))) return { run: null, target: null, pools: words };
  return { run: null, target: text.trim(), pools: [] };
}

export const sameWhere = (a: LookupWhere, b: LookupWhere): boolean => a.run === b.run && a.target === b.target && a.pools.join() === b.pools.join();

/** A place's name for people. */
export const nameOf = (place: LookupPlace): string => (place.target === "" ? place.pools.map((p) => p.id).join(", ") : place.target);

export function usePlaces(run: string | null): Places {
  const store = useStore();
  const [known, setKnown] = useState<LookupPlaces | null>(null);
  const [spot, setSpot] = useState<Spot>({ at: "asking", where: null });
  // What comes after another choice is thrown away.
  const { attempt, drop } = useAttempt();

  const look = useCallback(
    async (where: LookupWhere): Promise<void> => {
      setSpot({ at: "asking", where });
      const there = (place: LookupPlace) => setSpot({ at: "there", where, place });
      await attempt(() => store.ipc.usersPlace(where), there, { failed: ({ api }) => setSpot({ at: "refused", where, error: api }) });
    },
    [store, attempt],
  );

  const begin = useCallback(async (): Promise<void> => {
    if (run !== null) {
      setKnown(null);
      return look({ run, target: null, pools: [] });
    }
    const listed = (list: LookupPlaces) => {
      setKnown(list);
      const first = list.places[0];
      if (first === undefined) setSpot({ at: "nowhere" });
      else void look(first.where);
    };
    await attempt(() => store.ipc.usersPlaces(), listed, { failed: ({ api }) => setSpot({ at: "refused", where: null, error: api }) });
  }, [store, run, look, attempt]);

  useEffect(() => {
    void begin();
    return drop;
  }, [begin, drop]);

  const pick = useCallback(
    async (where: LookupWhere): Promise<void> => {
      if (known?.places.some((p) => sameWhere(p.where, where)) === true) return look(where);
      const there = (place: LookupPlace) => {
        const choice = { where, banner: place.banner, name: nameOf(place) };
        setKnown((list) => ({ only: false, unread: 0, ...list, places: [...(list?.places ?? []), choice] }));
        setSpot({ at: "there", where, place });
      };
      // Said where it was asked for: the place that is shown stays.
      const failed = (failure: Failure) => {
        throw failure;
      };
      await attempt(() => store.ipc.usersPlace(where), there, { failed });
    },
    [store, known, look, attempt],
  );

  return { spot, known, pick, again: useCallback(() => void begin(), [begin]) };
}
