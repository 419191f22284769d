// The main button. Every one of them keeps the rule of a click: see state/seen.ts.
import type { ReactNode } from "react";
import { Button } from "../kit";
import { useSeen } from "../state/seen";

/**
 * A main button. Refused or just shown, it stays where the focus is, says that it can't be pressed, and names
 * the element that says why.
 */
export function Primary({
  basis,
  refused = false,
  loading = false,
  plain = false,
  never = false,
  label,
  why,
  testId,
  onPress,
  children,
}: {
  /** What must have been seen before it counts, as text. */
  basis: string;
  refused?: boolean;
  loading?: boolean;
  /** Drawn as one of several, while a form has the main button. */
  plain?: boolean;
  /** Never dead: what stops or takes back. */
  never?: boolean;
  /** Its name for a reader, where its words alone don't tell. */
  label?: string;
  /** The id of the element that says why it can't be pressed. */
  why?: string;
  testId: string;
  onPress: () => void;
  children: ReactNode;
}) {
  const { dead, counts } = useSeen(basis, never);
  return (
    <Button
      weight={plain ? "normal" : "main"}
      loading={loading}
      refused={refused}
      dead={dead}
      {...(why === undefined ? {} : { why })}
      {...(label === undefined ? {} : { label })}
      onPress={() => {
        if (counts()) onPress();
      }}
      testId={testId}
    >
      {children}
    </Button>
  );
}

/** The main button of a form, whose own handler asks `counts` of `useSeen`. */
export function Submit({
  refused,
  dead,
  loading,
  why,
  testId,
  children,
}: {
  refused: boolean;
  dead: boolean;
  loading: boolean;
  why: string;
  testId: string;
  children: ReactNode;
}) {
  return (
    <Button weight="main" submit loading={loading} refused={refused} dead={dead} why={why} testId={testId}>
      {children}
    </Button>
  );
}
