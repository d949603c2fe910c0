// Mocha's spec report plus retries; its counts, and what failed at first or for good, as JSON in $BERTH_TEST_RESULT for
// scripts/test.mjs.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

const told = (test, error) =>
  `${test.titlePath().join(" › ")}\n    ${String(error?.stack ?? error)
    .slice(0, 1500)
    .replaceAll("\n", "\n    ")}`;

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    let retried = 0;
    const troubles = [];
    runner.on("retry", (test, error) => {
      retried += 1;
      console.log(`    tried again: "${test.title}", after: ${error.message}`);
      troubles.push(`tried again: ${told(test, error)}`);
    });
    runner.on("fail", (test, error) =>
      troubles.push(`failed: ${told(test, error)}`),
    );
    const file = process.env.BERTH_TEST_RESULT;
    if (file)
      runner.once("end", () =>
        writeFileSync(
          file,
          JSON.stringify({ ...this.stats, retried, troubles }),
        ),
      );
  }
};
