// The records of all instances on this machine: `<berth home>/instances`.
import { isDeepStrictEqual } from "node:util";
import { type InstanceRecord, readableRecordSchema } from "./formats";
import { RecordFiles } from "./recordFiles";
import { removeVerified } from "./removeVerified";

export class Records extends RecordFiles<InstanceRecord> {
  constructor(directory: string) {
    super(directory, {
      idOf: ({ instanceId }) => instanceId,
      parse: (value) => readableRecordSchema.safeParse(value).data,
    });
  }

  /** Removes exactly this record, unless somebody has replaced it; returns whether it did. */
  async remove(record: InstanceRecord): Promise<boolean> {
    return removeVerified(this.file(record.instanceId), async (file) =>
      isDeepStrictEqual(await this.parse(file), record),
    );
  }
}
