// Everything that the start screen does without. In a piece of its own: see later.tsx.
import type { LaterPlace } from "./later";
import { AmendScreen } from "./Amend";
import { ConnectionScreen } from "./Connection";
import { ConfirmScreen } from "./Confirm";
import { DecisionsScreen } from "./Decisions";
import { FieldsScreen } from "./Fields";
import { GateScreen } from "./Gate";
import { LiveScreen } from "./Live";
import { RehearsalScreen } from "./Rehearsal";
import { ReportScreen } from "./Report";
import { RollbackScreen } from "./Rollback";
import { RunScreen } from "./Run";
import { RunbookScreen } from "./Runbook";
import { StepScreen } from "./Step";
import { TimelineScreen } from "./Timeline";
import { UsersScreen } from "./Users";
import { WarRoomScreen } from "./WarRoom";

export { RightRail, Strip } from "../components/RightRail";
export { SupportWindow } from "../SupportWindow";

/** The page of a place. */
export function Screen({ place }: { place: LaterPlace }) {
  switch (place.name) {
    case "run":
      return <RunScreen />;
    case "step":
      return <StepScreen id={place.step} key={place.step} />;
    case "runbook":
      return <RunbookScreen />;
    case "fields":
      return <FieldsScreen id={place.step} key={place.step} />;
    case "gate":
      return <GateScreen id={place.phase} key={place.phase} />;
    case "decisions":
      return <DecisionsScreen />;
    case "amend":
      return <AmendScreen />;
    case "war-room":
      return <WarRoomScreen />;
    case "confirm":
      return <ConfirmScreen id={place.step} key={place.step} />;
    case "rollback":
      return <RollbackScreen scope={place.scope} />;
    case "live":
      return <LiveScreen />;
    case "users":
      return <UsersScreen />;
    case "timeline":
      return <TimelineScreen />;
    case "report":
      return <ReportScreen />;
    case "connection":
      return <ConnectionScreen />;
    case "rehearsal":
      return <RehearsalScreen />;
  }
}
