// The local cloud as a child process, and what a test does with it.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { setTimeout as pause } from "node:timers/promises";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const binary = process.env.EVBRIDGE_MOMENTO_BIN ?? join(root, "target/debug/evbridge-momento");

/** The template of the default stack that takes the API key as a parameter. */
export const template = join(root, "templates/rendered/momento-standalone.yaml");

/** Starts `evbridge-momento local` on a free port, with a state of its own. */
export async function startLocalCloud() {
  const directory = await mkdtemp(join(tmpdir(), "evbridge-momento-"));
  const server = spawn(binary, ["local", "--port", "0", "--local-dir", directory], {
    env: environment(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise((done, failed) => server.once("exit", done).once("error", failed));
  // The URL is the first line on stdout, written once the port is open.
  const said = new Promise((line) => createInterface({ input: server.stdout }).once("line", line));
  const url = await Promise.race([said, ended.then((code) => Promise.reject(Error(`the server ended with ${code}`)))]);

  return {
    url,

    /** What a client is made with: the only thing that differs from a program for AWS. */
    config: (region) => ({ endpoint: url, region, credentials: { accessKeyId: "any", secretAccessKey: "thing" } }),

    /** Runs a command of the tool on the same state, and returns what it printed. */
    async run(...typed) {
      const options = { env: environment(), timeout: 30_000 };
      const { stdout } = await promisify(execFile)(binary, [...typed, "--local-dir", directory], options);
      return stdout.trim();
    },

    /** Reads an item by the Momento HTTP API. */
    item: (region, apiKey, cache, key) =>
      fetch(`${url}/momento/${region}/cache/${cache}?key=${encodeURIComponent(key)}`, {
        headers: { Authorization: apiKey },
      }),

    /** Stops the server and returns its exit code. */
    async stop() {
      server.kill("SIGTERM");
      const code = await ended;
      await rm(directory, { recursive: true });
      return code;
    },
  };
}

/** Looks until what is seen is what is wanted, and returns it; deliveries take a moment. */
export async function eventually(look, wanted, milliseconds = 10_000) {
  for (const deadline = Date.now() + milliseconds; ; await pause(20)) {
    const seen = await look();
    if (wanted(seen)) return seen;
    if (Date.now() > deadline) throw Error(`not there after ${milliseconds} ms`);
  }
}

/** The environment of a child: nothing of the person's AWS or Momento settings. */
function environment() {
  const kept = ["PATH", "HOME", "TMPDIR", "LANG"].filter((name) => name in process.env);
  return { ...Object.fromEntries(kept.map((name) => [name, process.env[name]])), NO_COLOR: "1" };
}
