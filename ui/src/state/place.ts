// Where people are looked up: the run's target where a run is open, else one of the places that the core
// knows, or one that the person names.
import { useCallback, useEffect, useRef, useState } from "react";
import { type ApiError, asFailure, type LookupPlace, type LookupPlaces, type LookupWhere } from "../ipc";
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
  /** Goes to a place; an error, if it can't be asked and was not among the known ones. */
  pick: (where: LookupWhere) => Promise<ApiError | null>;
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
  const [round, setRound] = useState(0);
  // What comes after another choice is thrown away.
  const turn = useRef(0);

  const look = useCallback(
    async (where: LookupWhere): Promise<void> => {
      const mine = ++turn.current;
      setSpot({ at: "asking", where });
      const next = await store.ipc.usersPlace(where).then(
        (place): Spot => ({ at: "there", where, place }),
        (thrown: unknown): Spot => ({ at: "refused", where, error: asFailure(thrown).api }),
      );
      if (mine === turn.current) setSpot(next);
    },
    [store],
  );

  useEffect(() => {
    const mine = ++turn.current;
    const start = async () => {
      if (run !== null) {
        setKnown(null);
        return look({ run, target: null, pools: [] });
      }
      try {
        const list = await store.ipc.usersPlaces();
        if (mine !== turn.current) return;
        setKnown(list);
        const first = list.places[0];
        if (first === undefined) setSpot({ at: "nowhere" });
        else await look(first.where);
      } catch (thrown) {
        if (mine === turn.current) setSpot({ at: "refused", where: null, error: asFailure(thrown).api });
      }
    };
    void start();
    return () => {
      turn.current += 1;
    };
  }, [store, run, look, round]);

  const pick = useCallback(
    async (where: LookupWhere): Promise<ApiError | null> => {
      if (known?.places.some((p) => sameWhere(p.where, where)) === true) {
        await look(where);
        return null;
      }
      const mine = ++turn.current;
      try {
        const place = await store.ipc.usersPlace(where);
        if (mine !== turn.current) return null;
        const choice = { where, banner: place.banner, name: nameOf(place) };
        setKnown((list) => ({ only: false, unread: 0, ...list, places: [...(list?.places ?? []), choice] }));
        setSpot({ at: "there", where, place });
        return null;
      } catch (thrown) {
        return asFailure(thrown).api;
      }
    },
    [store, known, look],
  );

  return { spot, known, pick, again: useCallback(() => setRound((n) => n + 1), []) };
}
