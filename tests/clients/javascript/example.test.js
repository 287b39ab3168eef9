// The example of Momento's documentation, letter for letter: only `config` is ours.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from "@aws-sdk/client-cloudformation";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";

import { eventually, startLocalCloud, template } from "./local-cloud.js";

const region = "ap-northeast-1";
let cloud;
let apiKey;

before(async () => {
  cloud = await startLocalCloud();
  apiKey = await cloud.run("local", "key", "--region", region);
  await cloud.run("local", "cache", "create", "my-cache", "--region", region);
  const client = new CloudFormationClient(cloud.config(region));
  await client.send(
    new CreateStackCommand({
      StackName: "momento-api",
      TemplateBody: await readFile(template, "utf8"),
      Parameters: [{ ParameterKey: "MomentoToken", ParameterValue: apiKey }],
      Capabilities: ["CAPABILITY_IAM"],
    }),
  );
  const waiter = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 };
  const { state } = await waitUntilStackCreateComplete(waiter, { StackName: "momento-api" });
  assert.equal(state, "SUCCESS");
});

after(async () => assert.equal(await cloud?.stop(), 0, "the server ends well when it is told to stop"));

test("the documented example sets the item", async () => {
  const config = cloud.config(region);

  const events = new EventBridgeClient(config);
await events.send(new PutEventsCommand({
Entries: [
{
Source: 'demo',
DetailType: 'cacheSet',
Detail: JSON.stringify({
cacheName: 'my-cache',
key: 'test-key',
message: 'hello world!',
ttl: 300
})
}
]
}));

  const answer = await eventually(
    () => cloud.item(region, apiKey, "my-cache", "test-key"),
    (seen) => seen.status === 200,
  );
  // EventBridge sends the value that a path selects as JSON: a string keeps its quotes.
  assert.equal(await answer.text(), '"hello world!"');
});
