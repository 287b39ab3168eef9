// Every service of the local cloud that a program for AWS meets here, through the SDK's own clients.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  paginateDescribeStackEvents,
  waitUntilChangeSetCreateComplete,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from "@aws-sdk/client-cloudformation";
import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ResourceNotFoundException as SecretNotFound,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

import { startLocalCloud } from "./local-cloud.js";

const region = "us-west-2";
let cloud;
let events;
let sqs;

before(async () => {
  cloud = await startLocalCloud();
  events = new EventBridgeClient(cloud.config(region));
  sqs = new SQSClient(cloud.config(region));
});

after(async () => assert.equal(await cloud?.stop(), 0));

const unique = () => `test-${randomUUID().slice(0, 8)}`;

test("buses are made and found, in their region alone", async () => {
  const Name = unique();
  const { EventBusArn } = await events.send(new CreateEventBusCommand({ Name }));
  const bus = await events.send(new DescribeEventBusCommand({ Name }));
  assert.equal(bus.Arn, EventBusArn);
  assert.ok(bus.CreationTime instanceof Date);
  await assert.rejects(events.send(new CreateEventBusCommand({ Name })), ResourceAlreadyExistsException);
  const elsewhere = new EventBridgeClient(cloud.config("eu-central-1"));
  await assert.rejects(elsewhere.send(new DescribeEventBusCommand({ Name })), (error) => {
    assert.ok(error instanceof ResourceNotFoundException);
    assert.equal(error.message, `Event bus ${Name} does not exist.`);
    assert.equal(error.$metadata.httpStatusCode, 400);
    return true;
  });
});

test("an event reaches a queue", async () => {
  const name = unique();
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const asked = { QueueUrl, AttributeNames: ["QueueArn"] };
  const { QueueArn } = (await sqs.send(new GetQueueAttributesCommand(asked))).Attributes;
  const allowed = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage" };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...allowed, Resource: QueueArn }] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify({ source: [name] }) }));
  const targets = { Rule: name, Targets: [{ Id: "1", Arn: QueueArn, InputPath: "$.detail" }] };
  assert.equal((await events.send(new PutTargetsCommand(targets))).FailedEntryCount, 0);
  const put = await events.send(
    new PutEventsCommand({
      Entries: [
        { Source: name, DetailType: "order", Detail: '{"n":1}', Time: new Date() },
        { Source: name, DetailType: "order", Detail: "not JSON" },
      ],
    }),
  );
  assert.equal(put.FailedEntryCount, 1);
  assert.deepEqual(put.Entries.map((entry) => entry.ErrorCode), [undefined, "MalformedDetail"]);
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
  assert.deepEqual(Messages.map((message) => message.Body), ['{"n":1}']);
});

test("patterns are tested", async () => {
  const event = { id: "1", account: "1", source: "a", time: "2024-01-01T00:00:00Z", region, resources: [] };
  const Event = JSON.stringify({ ...event, "detail-type": "b", detail: {} });
  const result = async (EventPattern) =>
    (await events.send(new TestEventPatternCommand({ EventPattern, Event }))).Result;
  assert.equal(await result('{"source": ["a"]}'), true);
  assert.equal(await result('{"source": ["b"]}'), false);
  await assert.rejects(result('{"source": "a"}'), { name: "InvalidEventPatternException" });
});

test("messages are sent, received and deleted; the SDK checks their MD5", async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: unique() }));
  const sample = { DataType: "Binary", BinaryValue: Uint8Array.of(0, 255) };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "grün", MessageAttributes: { sample } }));
  const receive = { QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] };
  const { Messages } = await sqs.send(new ReceiveMessageCommand(receive));
  assert.equal(Messages[0].Body, "grün");
  assert.deepEqual(Messages[0].MessageAttributes.sample.BinaryValue, sample.BinaryValue);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
  const Entries = [{ Id: "a", MessageBody: "1" }, { Id: "b", MessageBody: "2", DelaySeconds: 901 }];
  const batch = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  assert.deepEqual(batch.Successful.map((entry) => entry.Id), ["a"]);
  assert.deepEqual(batch.Failed.map((entry) => entry.Id), ["b"]);
  const missing = new GetQueueUrlCommand({ QueueName: unique() });
  await assert.rejects(sqs.send(missing), QueueDoesNotExist);
});

test("a secret is kept", async () => {
  const secrets = new SecretsManagerClient(cloud.config(region));
  const Name = unique();
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name, SecretBinary: Uint8Array.of(0, 255) }));
  const value = await secrets.send(new GetSecretValueCommand({ SecretId: ARN }));
  assert.deepEqual(value.SecretBinary, Uint8Array.of(0, 255));
  assert.ok(value.CreatedDate instanceof Date);
  await assert.rejects(secrets.send(new GetSecretValueCommand({ SecretId: unique() })), SecretNotFound);
});

test("a stack goes through a change set, with waiters and pages", async () => {
  const client = new CloudFormationClient(cloud.config(region));
  const waiter = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 };
  const StackName = unique();
  const TemplateBody = JSON.stringify({
    Resources: { Queue: { Type: "AWS::SQS::Queue" } },
    Outputs: { Url: { Value: { Ref: "Queue" } } },
  });
  const named = { StackName, ChangeSetName: "first" };
  await client.send(new CreateChangeSetCommand({ ...named, ChangeSetType: "CREATE", TemplateBody }));
  await waitUntilChangeSetCreateComplete(waiter, named);
  await client.send(new ExecuteChangeSetCommand(named));
  await waitUntilStackCreateComplete(waiter, { StackName });
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  assert.ok(Stacks[0].CreationTime instanceof Date);
  // The SDK sends a queue's actions to the host of its URL.
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: Stacks[0].Outputs[0].OutputValue, AttributeNames: ["All"] }),
  );
  assert.equal(Attributes.ApproximateNumberOfMessages, "0");
  const statuses = [];
  for await (const page of paginateDescribeStackEvents({ client }, { StackName })) {
    statuses.push(...page.StackEvents.map((event) => event.ResourceStatus));
  }
  assert.equal(statuses[0], "CREATE_COMPLETE");
  await client.send(new DeleteStackCommand({ StackName }));
  await waitUntilStackDeleteComplete(waiter, { StackName });
  await assert.rejects(client.send(new DescribeStacksCommand({ StackName })), {
    name: "ValidationError",
    message: `Stack with id ${StackName} does not exist`,
  });
});
