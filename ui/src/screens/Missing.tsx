import { PageHead } from "../components/PageHead";
import { href } from "../state/router";

/** What was asked for is not there; where to go instead. */
export function Missing({ what }: { what: string }) {
  return (
    <div className="page">
      <PageHead title="Not found" id={`missing-${what}`} />
      <p>This run has no {what}.</p>
      <p>
        <a href={href({ name: "run" })}>Go to the current step</a>
      </p>
    </div>
  );
}
