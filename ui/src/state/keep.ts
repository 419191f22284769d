// The core sends whatever it knows anew; what says the same stays the same object, so that only what changed is drawn again.

const plain = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === null;
};

/**
 * What `next` says, made of the parts of `old` that say the same at the same place; `old` itself where nothing differs. Lists are compared
 * place by place. Neither is changed. Only plain objects and lists have parts: anything else is the same only if it is identical.
 */
export function keep<T>(old: unknown, next: T): T {
  if (Object.is(old, next)) return next;
  if (Array.isArray(old) && Array.isArray(next)) {
    const made = next.map((part: unknown, i) => (i in old ? keep(old[i] as unknown, part) : part));
    return (made.length === old.length && made.every((part, i) => Object.is(part, old[i])) ? old : made) as T;
  }
  if (plain(old) && plain(next)) {
    const names = Object.keys(next);
    const made = Object.fromEntries(names.map((name) => [name, Object.hasOwn(old, name) ? keep(old[name], next[name]) : next[name]]));
    const same = names.length === Object.keys(old).length && names.every((name) => Object.hasOwn(old, name) && Object.is(made[name], old[name]));
    return (same ? old : made) as T;
  }
  return next;
}
