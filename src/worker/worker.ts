// Entry of the worker thread. Loaded in-process instead, it only offers serve().
import { isMainThread, workerData, parentPort } from "node:worker_threads";
import type { HostOptions } from "../host/contract";
import { serve } from "./serve";

export { serve };

if (!isMainThread && parentPort) serve(parentPort, workerData as HostOptions);
