/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import io.statefun.remote.endpoint.reference.SdkFunctions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.statefun.sdk.java.AddressScopedStorage;
import org.apache.flink.statefun.sdk.java.Context;
import org.apache.flink.statefun.sdk.java.StatefulFunction;
import org.apache.flink.statefun.sdk.java.StatefulFunctionSpec;
import org.apache.flink.statefun.sdk.java.StatefulFunctions;
import org.apache.flink.statefun.sdk.java.TypeName;
import org.apache.flink.statefun.sdk.java.ValueSpec;
import org.apache.flink.statefun.sdk.java.handler.RequestReplyHandler;
import org.apache.flink.statefun.sdk.java.message.Message;
import org.apache.flink.statefun.sdk.java.message.MessageBuilder;
import org.apache.flink.statefun.sdk.java.slice.Slices;

/** Functions that are written with Apache's Java SDK, called over HTTP by a whole engine. */
class JavaSdkInteropTest extends SdkInteropContract {

  private static final ValueSpec<String> LOG = ValueSpec.named("log").withUtf8StringType();
  private static final ValueSpec<Integer> COUNT = ValueSpec.named("count").withIntType();
  private static final ValueSpec<String> WRITTEN =
      ValueSpec.named("written").thatExpireAfterWrite(Duration.ofHours(1)).withUtf8StringType();
  private static final ValueSpec<String> CALLED =
      ValueSpec.named("called").thatExpiresAfterCall(Duration.ofHours(1)).withUtf8StringType();

  @Override
  FunctionServer.Handler functions() {
    return new SdkFunctions()::handle;
  }

  @Override
  FunctionServer.Handler deployed(Version version) {
    return switch (version) {
      case LOG -> serve("log", JavaSdkInteropTest::log, LOG);
      case LOG_WITH_MORE -> serve("log", JavaSdkInteropTest::log, LOG, COUNT);
      case COUNTING_LOG -> serve("log", JavaSdkInteropTest::countingLog, LOG, COUNT);
      case STATELESS_LOG -> serve("log", JavaSdkInteropTest::statelessLog);
      case ALARM -> serve("alarm", JavaSdkInteropTest::alarm);
      case EXPIRING -> serve("expiring", JavaSdkInteropTest::expiring, WRITTEN, CALLED);
    };
  }

  private static FunctionServer.Handler serve(
      String name, StatefulFunction function, ValueSpec<?>... states) {
    RequestReplyHandler handler =
        new StatefulFunctions()
            .withStatefulFunction(
                StatefulFunctionSpec.builder(TypeName.typeNameOf("sdk", name))
                    .withValueSpecs(states)
                    .withSupplier(() -> function)
                    .build())
            .requestReplyHandler();
    return request -> handler.handle(Slices.wrap(request)).join().toByteArray();
  }

  private static CompletableFuture<Void> log(Context context, Message message) {
    AddressScopedStorage storage = context.storage();
    String all = storage.get(LOG).orElse("") + message.asUtf8String() + ",";
    storage.set(LOG, all);
    reply(context, all);
    return context.done();
  }

  private static void reply(Context context, String text) {
    context
        .caller()
        .ifPresent(
            caller -> context.send(MessageBuilder.forAddress(caller).withValue(text).build()));
  }

  private static CompletableFuture<Void> countingLog(Context context, Message message) {
    AddressScopedStorage storage = context.storage();
    storage.set(COUNT, storage.get(COUNT).orElse(0) + 1);
    reply(context, storage.get(LOG).orElse("") + storage.get(COUNT).orElse(0));
    return context.done();
  }

  private static CompletableFuture<Void> statelessLog(Context context, Message message) {
    reply(context, "nothing");
    return context.done();
  }

  private static CompletableFuture<Void> alarm(Context context, Message message) {
    String[] words = message.asUtf8String().split(" ");
    Message toSink =
        MessageBuilder.forAddress(TypeName.typeNameOf("ref", "sink"), "s")
            .withValue(words[1])
            .build();
    switch (words[0]) {
      case "after" -> context.sendAfter(Duration.ofMillis(Integer.parseInt(words[2])), toSink);
      case "set" ->
          context.sendAfter(Duration.ofMillis(Integer.parseInt(words[2])), words[1], toSink);
      case "setAndCancel" -> {
        context.sendAfter(Duration.ofMillis(1), words[1], toSink);
        context.cancelDelayedMessage(words[1]);
      }
      default -> context.cancelDelayedMessage(words[1]);
    }
    reply(context, "done");
    return context.done();
  }

  private static CompletableFuture<Void> expiring(Context context, Message message) {
    AddressScopedStorage storage = context.storage();
    if (message.asUtf8String().equals("set")) {
      storage.set(WRITTEN, "written");
      storage.set(CALLED, "called");
    }
    reply(context, storage.get(WRITTEN).orElse("-") + " " + storage.get(CALLED).orElse("-"));
    return context.done();
  }
}
