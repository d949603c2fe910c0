import { existsSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import {
  supervisorFile,
  type SupervisorRecord,
} from "../../../src/core/control/supervisorRecord";
import { Presence } from "../../../src/supervisor/presence";
import { SupervisorLog } from "../../../src/supervisor/supervisorLog";
import { until } from "../../harness/until";
import { useGround } from "../support/ground";

describe("the presence of a supervisor", function () {
  const ground = useGround();
  /** Connects in the turn of the event loop in which the record is there. */
  const connectAtOnce = (home: string) =>
    new Promise<Socket>((resolve) => {
      const file = supervisorFile(home, null);
      const look = (): void => {
        if (!existsSync(file)) {
          setImmediate(look);
          return;
        }
        const { socket } = JSON.parse(
          readFileSync(file, "utf8"),
        ) as SupervisorRecord;
        resolve(connect(socket));
      };
      look();
    });

  it("loses nobody who connects as soon as its record is there", async () => {
    for (let round = 0; round < 20; round += 1) {
      const home = ground.path(`home-${round}`);
      const claimed = Presence.claim(home, new SupervisorLog(home));
      const client = await connectAtOnce(home);
      ground.defer(() => client.destroy());
      const presence = await claimed;
      let arrived = 0;
      presence?.accept({
        onDidConnect: () => (arrived += 1),
        onDidLose: () => undefined,
      });
      await until("it is heard of", () => arrived === 1);
      await presence?.withdraw();
    }
  });
});
